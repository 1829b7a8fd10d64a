using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Data;

/// <summary>Options of <c>spoken-digit-sequences</c>: recordings of one speaker joined to digit strings.</summary>
[Kind("spoken-digit-sequences")]
public sealed record SpokenDigitSequencesOptions : SpeechOptions
{
    [Range(0, int.MaxValue)]
    [Description("Seed of the draw: which recordings are joined, and the pauses between them.")]
    public int Seed { get; init; } = 1;

    [Range(1, 100_000)]
    [Description("Training sequences.")]
    public int TrainCount { get; init; } = 2_000;

    [Range(1, 100_000)]
    [Description("Validation sequences.")]
    public int ValidationCount { get; init; } = 300;

    [Range(1, 100_000)]
    [Description("Test sequences.")]
    public int TestCount { get; init; } = 400;

    [Range(1, 20)]
    [Description("Fewest digits in a sequence.")]
    public int DigitsMin { get; init; } = 3;

    [Range(1, 20)]
    [Description("Most digits in a sequence.")]
    public int DigitsMax { get; init; } = 7;

    public override IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (DigitsMin > DigitsMax)
        {
            yield return new(
                $"`digitsMin` {DigitsMin} is greater than `digitsMax` {DigitsMax}.", [nameof(DigitsMin), nameof(DigitsMax)]);
        }
    }
}
