using System.Collections.Immutable;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>What a sweep file means: variants, grid and cells, defaults filled in. Cells whose configuration cannot be read are not in it; that was reported.</summary>
internal sealed record SweepDefinition
{
    /// <summary>Null if it is missing.</summary>
    public required string? Name { get; init; }

    public required Place NamePlace { get; init; }

    public required string? Description { get; init; }

    public required string? Question { get; init; }

    public required ImmutableArray<Variant> Variants { get; init; }

    /// <summary>In the order of their paths.</summary>
    public required ImmutableArray<GridAxis> Axes { get; init; }

    /// <summary>Variants in the order of the file, each at all its grid points.</summary>
    public required ImmutableArray<CellDraft> Cells { get; init; }

    /// <summary>Null: the task's own.</summary>
    public required SweepObjective? Objective { get; init; }

    public required Place ObjectivePlace { get; init; }

    public required ReportOptions Report { get; init; }

    public Variant? Find(string variant) => Variants.FirstOrDefault(candidate => candidate.Name == variant);
}
