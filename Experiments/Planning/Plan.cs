using System.Collections.Immutable;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Planning;

/// <summary>What a sweep file means: an immutable list of trials. The same file gives the same plan, hash and trial ids.</summary>
public sealed record Plan
{
    /// <summary>Version of the form in which plans are stored.</summary>
    public const int FormatVersion = 1;

    public required string Name { get; init; }

    /// <summary>First 12 hex digits of the SHA-256 of the plan's canonical content (cells, seeds, objective, report options; not the file's layout, nor its description and question).</summary>
    public required string Hash { get; init; }

    /// <summary>What the sweep is about, in the user's words.</summary>
    public string? Description { get; init; }

    /// <summary>The question that it is to answer, in the user's words.</summary>
    public string? Question { get; init; }

    public required ImmutableArray<Cell> Cells { get; init; }

    /// <summary>In the order in which they are to be started; a trial comes after those that it depends on.</summary>
    public required ImmutableArray<Trial> Trials { get; init; }

    public required Objective Objective { get; init; }

    public required ReportOptions Report { get; init; }

    /// <summary>Name of the run's folder: sweep and hash.</summary>
    public string RunName => $"{Name}-{Hash}";
}

/// <summary>A configuration without its seed.</summary>
public sealed record Cell
{
    public required int Index { get; init; }

    /// <summary>Unique in the plan: the variant's name, with the grid point in brackets where there is a grid.</summary>
    public required string Name { get; init; }

    public required string Variant { get; init; }

    /// <summary>Grid path to JSON value, in the order of the paths; empty without a grid.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> GridPoint { get; init; }

    /// <summary>Index of the cell that this one is compared with; null for a baseline.</summary>
    public int? Control { get; init; }

    /// <summary>Index of the cell whose number of nonzeros this one was made to match; null if none.</summary>
    public int? MatchedWith { get; init; }

    public required TrialConfiguration Configuration { get; init; }

    public required DataShape Shape { get; init; }

    public required long Parameters { get; init; }

    /// <summary>Steps of each trial, unless it diverges; zero where nobody looked at the data.</summary>
    public TrainingLength Length { get; init; }

    /// <summary>Parameters left at the end if the pruning reaches its target exactly, biases included.</summary>
    public required long PlannedNonzeros { get; init; }
}

/// <summary>A cell with a seed.</summary>
public sealed record Trial
{
    /// <summary>Content hash of configuration, seed and sources: equal work has an equal id.</summary>
    public required string Id { get; init; }

    public required int Cell { get; init; }

    public required long Seed { get; init; }

    /// <summary>Id of the trial whose weights give q (gradual-threshold); null if none is needed.</summary>
    public string? QuantileSource { get; init; }

    /// <summary>Id of the trial whose matrix densities are copied (random); null if none is needed.</summary>
    public string? DensitySource { get; init; }

    public IEnumerable<string> DependsOn
    {
        get
        {
            if (QuantileSource is not null)
                yield return QuantileSource;
            if (DensitySource is not null && DensitySource != QuantileSource)
                yield return DensitySource;
        }
    }
}

/// <summary>The metric that answers the question.</summary>
public sealed record Objective
{
    /// <summary>On the validation split, for example <c>validation/label-error-rate</c>; the report also gives the same metric on the test split.</summary>
    public required string Metric { get; init; }

    public Direction Direction { get; init; } = Direction.Minimize;
}

public enum Direction
{
    Minimize,
    Maximize,
}

/// <summary>How the report judges.</summary>
public sealed record ReportOptions
{
    /// <summary>Differences within ± this are equivalent, in the metric's unit; null: no equivalence is tested.</summary>
    public double? EquivalenceMargin { get; init; }

    public double Confidence { get; init; } = 0.95;
}
