namespace Orchestrator.Models.Data;

/// <summary>From sound to the samples of a data set: log-mel, normalization, stacking, and the check that CTC can fit.</summary>
internal sealed class Speech(SpeechOptions options)
{
    private const int SampleRate = 8_000;
    private readonly FrontEnd _frontEnd = new(FrontEndSettings.Telephone(options.Bands));

    public static int InputSizeOf(SpeechOptions options) => options.Bands * options.FrameStacking;

    public static string Describe(SpeechOptions options) =>
        $"8 kHz, {options.Bands} log-mel bands from 64 to 3,800 Hz, Hamming windows of 25 ms every 10 ms, pre-emphasis 0.97, "
        + "FFT of 256 points; normalized per utterance and band to mean 0, variance 1; "
        + $"{options.FrameStacking} frames joined per time step.";

    public Sample Classified(ReadOnlySpan<short> samples, int label) => SampleOf(samples, [label]);

    /// <param name="name">What an error message calls the utterance.</param>
    /// <param name="labels">Classes from 1.</param>
    public Sample Labelled(string name, ReadOnlySpan<short> samples, int[] labels)
    {
        Sample sample = SampleOf(samples, labels);
        int needed = CtcSteps(labels);
        return sample.Frames >= needed
            ? sample
            : throw new DataException(
                null,
                $"`{name}` has {sample.Frames} time steps, but its {labels.Length} labels need {needed} for CTC. "
                + "Lower `frameStacking`.");
    }

    /// <summary>A CTC path needs a step per label and a blank between equal neighbours (Graves et al., ICML 2006).</summary>
    public static int CtcSteps(ReadOnlySpan<int> labels)
    {
        int steps = labels.Length;
        for (int index = 1; index < labels.Length; index++)
        {
            steps += labels[index] == labels[index - 1] ? 1 : 0;
        }

        return steps;
    }

    /// <summary>Decodes a recording and refuses another sample rate than the sets have.</summary>
    public static short[] Decode(string name, byte[] wav)
    {
        Waveform waveform = WavReader.Read(name, wav);
        return waveform.SampleRate == SampleRate
            ? waveform.Samples
            : throw DataException.Malformed(name, $"it has {waveform.SampleRate:N0} Hz instead of {SampleRate:N0}.");
    }

    /// <summary>
    /// Joins <paramref name="stacking"/> frames per step without overlap; the last step repeats the last frame,
    /// so that no sound is lost.
    /// </summary>
    /// <param name="features">Row-major [frames, bands].</param>
    /// <returns>Row-major [⌈frames / stacking⌉, bands · stacking].</returns>
    public static float[] Stack(float[] features, int bands, int stacking)
    {
        int frames = features.Length / bands;
        int steps = (frames + stacking - 1) / stacking;
        var stacked = new float[steps * stacking * bands];
        features.CopyTo(stacked, 0);
        for (int frame = frames; frame < steps * stacking; frame++)
        {
            features.AsSpan(features.Length - bands).CopyTo(stacked.AsSpan(frame * bands));
        }

        return stacked;
    }

    private Sample SampleOf(ReadOnlySpan<short> samples, int[] targets)
    {
        float[] features = _frontEnd.LogMel(samples);
        Normalization.PerBand(features, options.Bands);
        float[] stacked = Stack(features, options.Bands, options.FrameStacking);
        return new Sample(stacked, stacked.Length / InputSizeOf(options), targets);
    }
}
