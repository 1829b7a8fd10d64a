using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Data;

/// <summary>Options of <c>text</c>: a language model of the characters of a file.</summary>
[Kind("text")]
public sealed record TextOptions : DataOptions
{
    [Description("A known text, checked for size and hash. Either this or `path`.")]
    public TextSet? Set { get; init; }

    [Description("A UTF-8 file, relative to the sweep file or to the data folder. Either this or `set`.")]
    public string? Path { get; init; }

    [Range(2, 4096)]
    [Description("Symbols that a window predicts.")]
    public int SequenceLength { get; init; } = 64;

    [Range(0.01, 0.98)]
    [Description("Part of the text, from its start, that trains.")]
    public double TrainFraction { get; init; } = 0.9;

    [Range(0.01, 0.98)]
    [Description("Part of the text, after the training part, that validates; what is left tests.")]
    public double ValidationFraction { get; init; } = 0.05;

    [Range(1_000, 64_000_000)]
    [Description("Reads only this many symbols from the start of the text, before it is split; all if absent.")]
    public int? SymbolLimit { get; init; }

    public override IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Set is null == string.IsNullOrWhiteSpace(Path))
        {
            yield return new("Exactly one of `set` and `path` must be given.", [nameof(Set), nameof(Path)]);
        }

        if (TrainFraction + ValidationFraction > 0.991)
        {
            yield return new(
                "`trainFraction` and `validationFraction` must leave at least 0.01 for the test part.",
                [nameof(TrainFraction), nameof(ValidationFraction)]);
        }
    }
}
