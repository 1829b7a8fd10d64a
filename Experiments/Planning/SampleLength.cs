using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Planning;

/// <summary>Mean time steps of a sample, as far as the options tell before anything is decoded: for estimates of cost, within some ten percent.</summary>
internal static class SampleLength
{
    /// <summary>Free Spoken Digit Dataset: 1,312.3 s in 3,000 recordings, counted from the files.</summary>
    private const double SecondsPerDigit = 0.437;

    /// <summary>Between the digits of a sequence: 50 to 200 ms.</summary>
    private const double SecondsPerPause = 0.125;

    /// <summary>yes-no: 367.7 s in 60 recordings, counted from the files.</summary>
    private const double SecondsPerYesNo = 6.13;

    private const double FramesPerSecond = 100;

    /// <summary>Silence around and between made-up digits: in half of the places 1 to 4 frames.</summary>
    private const double FramesPerPause = 1.25;

    public static double Of(DataOptions options) => options switch
    {
        SyntheticDigitsOptions digits => OfSynthetic(digits),
        SpokenDigitSequencesOptions sequences => OfSequence(sequences),
        SpokenDigitsOptions digit => SecondsPerDigit * FramesPerSecond / digit.FrameStacking,
        YesNoOptions words => SecondsPerYesNo * FramesPerSecond / words.FrameStacking,
        TextOptions text => text.SequenceLength,
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.GetType(), "Nobody told how long its samples are."),
    };

    private static double OfSynthetic(SyntheticDigitsOptions options)
    {
        double digits = (options.DigitsMin + options.DigitsMax) / 2.0;
        return (digits * options.FramesPerDigit) + ((digits + 1) * FramesPerPause);
    }

    private static double OfSequence(SpokenDigitSequencesOptions options)
    {
        double digits = (options.DigitsMin + options.DigitsMax) / 2.0;
        return ((digits * SecondsPerDigit) + ((digits - 1) * SecondsPerPause)) * FramesPerSecond / options.FrameStacking;
    }
}
