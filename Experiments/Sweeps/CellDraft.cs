using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>A variant at a grid point, as far as the file alone tells.</summary>
/// <param name="GridPoint">Path to value as compact JSON, in the order of the paths.</param>
/// <param name="Tree">Base, variant and grid point laid over each other, without the match.</param>
/// <param name="Configuration">With the default in place of a value that is solved for.</param>
internal sealed record CellDraft(
    string Name,
    Variant Variant,
    ImmutableArray<KeyValuePair<string, string>> GridPoint,
    ObjectNode Tree,
    TrialConfiguration Configuration,
    MatchRequest? Match)
{
    /// <summary>Equal for cells at the same grid point.</summary>
    public string Point { get; } = string.Join(',', GridPoint.Select(axis => axis.Value));

    /// <summary>Where the value at a dotted path was written; where it is a default, the nearest place around it, or the variant.</summary>
    public Place PlaceOf(string path)
    {
        for (string at = path; ; at = at[..at.LastIndexOf('.')])
        {
            if (Tree.FindPath(at) is { } node)
                return node.Place;
            if (!at.Contains('.', StringComparison.Ordinal))
                return Variant.Place;
        }
    }
}
