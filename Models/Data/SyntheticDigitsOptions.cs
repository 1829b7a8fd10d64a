using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Data;

/// <summary>Options of <c>synthetic-digits</c>: see <see cref="SyntheticDigits"/> for what is drawn.</summary>
[Kind("synthetic-digits")]
public sealed record SyntheticDigitsOptions : DataOptions
{
    [Range(0, int.MaxValue)]
    [Description("Seed of the generator: voices and utterances follow from it alone.")]
    public int Seed { get; init; } = 1;

    [Range(1, 1_000_000)]
    [Description("Training utterances.")]
    public int TrainCount { get; init; } = 1_000;

    [Range(1, 1_000_000)]
    [Description("Validation utterances.")]
    public int ValidationCount { get; init; } = 200;

    [Range(1, 1_000_000)]
    [Description("Test utterances.")]
    public int TestCount { get; init; } = 400;

    [Range(1, 20)]
    [Description("Fewest digits in an utterance.")]
    public int DigitsMin { get; init; } = 2;

    [Range(1, 20)]
    [Description("Most digits in an utterance.")]
    public int DigitsMax { get; init; } = 5;

    [Range(8, 128)]
    [Description("Bands of the frequency axis: numbers per frame.")]
    public int Bands { get; init; } = 20;

    [Range(6, 100)]
    [Description("Mean length of a digit in frames.")]
    public int FramesPerDigit { get; init; } = 10;

    [Range(1, 1_000)]
    [Description("Voices: each has its own vocal tract length, spectral tilt and tempo.")]
    public int Voices { get; init; } = 8;

    [Range(0.0, 10.0)]
    [Description("Standard deviation of the noise in each band and frame; a formant's peak is 1 at most.")]
    public double Noise { get; init; } = 0.35;

    [Range(0.0, 0.6)]
    [Description("Spread of the tempo: 0.25 lets digits last 25 % shorter or longer than the voice's mean.")]
    public double TempoSpread { get; init; } = 0.25;

    public override IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DigitsMin > DigitsMax)
        {
            yield return new(
                $"`digitsMin` {DigitsMin} is greater than `digitsMax` {DigitsMax}.", [nameof(DigitsMin), nameof(DigitsMax)]);
        }
    }
}
