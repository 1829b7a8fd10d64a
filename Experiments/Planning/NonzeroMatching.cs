using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Planning;

/// <summary>Counts every cell's planned nonzeros, and solves for the values that are to match those of another cell.</summary>
internal sealed class NonzeroMatching(CellIndex cells, SweepDefinition sweep, ErrorSink errors)
{
    /// <summary>As in <see cref="PruningOptions.Sparsity"/>.</summary>
    private const double SparsityMax = 0.9999;

    /// <summary>As in <see cref="NetworkOptions.HiddenSize"/>.</summary>
    private const int HiddenSizeMax = 16_384;

    private readonly List<CellInPlanning> _open = [];
    private readonly HashSet<CellInPlanning> _done = [];

    public void Solve()
    {
        foreach (CellInPlanning cell in cells.All)
            _ = NonzerosOf(cell);
    }

    /// <summary>Depth first: what a cell leans on is counted before it. Null where that is not possible.</summary>
    private long? NonzerosOf(CellInPlanning cell)
    {
        if (_done.Contains(cell))
            return cell.Nonzeros;
        int again = _open.IndexOf(cell);
        if (again >= 0)
        {
            ReportCycle(cell, again);
            return null;
        }

        _open.Add(cell);
        cell.Nonzeros = Count(cell);
        _open.RemoveAt(_open.Count - 1);
        _done.Add(cell);
        return cell.Nonzeros;
    }

    private long? Count(CellInPlanning cell)
    {
        if (cell.Draft.Match is { } match)
        {
            cell.MatchedWith = Other(cell, match.Variant, match.Place);
            return cell.MatchedWith is { } other && NonzerosOf(other) is { } target ? Solve(cell, match, target) : null;
        }

        if (cell.Configuration.Pruning is { Method: not (PruningMethod.None or PruningMethod.GradualThreshold), DensitiesFrom: { } source })
            return Other(cell, source, cell.Draft.PlaceOf("pruning.densitiesFrom")) is { } copied ? NonzerosOf(copied) : null;
        return Count(cell.Configuration, cell);
    }

    /// <summary>A variant that names itself is reported elsewhere.</summary>
    private CellInPlanning? Other(CellInPlanning cell, string variant, Place place) =>
        cells.Beside(cell, variant, place, sweep, errors) is { } found && found != cell ? found : null;

    private long? Solve(CellInPlanning cell, MatchRequest match, long target)
    {
        if (match.Path == MatchRequest.Sparsity && Objection(cell.Configuration.Pruning) is { } objection)
        {
            errors.Add(match.Place, objection);
            return null;
        }

        double? solution = match.Path == MatchRequest.Sparsity
            ? NonzeroSolver.NearestSparsity(Math.Min(SparsityMax, 1 - cell.Configuration.Pruning.KeepAtLeast), CountWith, target)
            : NonzeroSolver.NearestSize(HiddenSizeMax, size => CountWith(size), target);
        if (solution is not { } value)
        {
            ReportReach(cell, match, target, CountWith);
            return null;
        }

        cell.Configuration = With(cell.Configuration, match.Path, value);
        return Count(cell.Configuration, cell);

        long CountWith(double value) => Count(With(cell.Configuration, match.Path, value), cell);
    }

    private void ReportReach(CellInPlanning cell, MatchRequest match, long target, Func<double, long> count)
    {
        (double fewest, double most) = match.Path == MatchRequest.Sparsity
            ? (Math.Min(SparsityMax, 1 - cell.Configuration.Pruning.KeepAtLeast), 0.0)
            : (1, HiddenSizeMax);
        errors.Add(
            match.Place,
            $"`{match.Path}` of `{Node.Shorten(cell.Name)}` cannot reach the {target} nonzeros of `{Node.Shorten(match.Variant)}`: "
            + $"with {fewest:R} there are {count(fewest)}, with {most:R} there are {count(most)}.");
    }

    private static string? Objection(PruningOptions pruning) => pruning switch
    {
        { Method: PruningMethod.None } => "There is no sparsity to solve for: the pruning method is `none`; choose one.",
        { DensitiesFrom: not null, Method: not PruningMethod.GradualThreshold } =>
            "The sparsity has two sources: `matchNonzerosOf` and `densitiesFrom`; keep one.",
        { Method: PruningMethod.GradualThreshold, Quantile: not null } =>
            "The sparsity sets q, which `quantile` gives, too; keep one.",
        _ => null,
    };

    private static long Count(TrialConfiguration configuration, CellInPlanning cell) =>
        PruningProgram.PlannedNonzeros(configuration.Pruning, NetworkParameters.Of(configuration.Network, cell.Shape));

    private static TrialConfiguration With(TrialConfiguration configuration, string path, double value) => path switch
    {
        MatchRequest.HiddenSize => configuration with { Network = configuration.Network with { HiddenSize = (int)value } },
        MatchRequest.Sparsity => configuration with { Pruning = configuration.Pruning with { Sparsity = value } },
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "Not a path that can be solved for."),
    };

    private void ReportCycle(CellInPlanning cell, int first)
    {
        string chain = string.Join(" → ", _open.Skip(first).Append(cell).Select(step => $"`{Node.Shorten(step.Draft.Variant.Name)}`"));
        CellInPlanning last = _open[^1];
        Place place = last.Draft.Match?.Place ?? last.Draft.PlaceOf("pruning.densitiesFrom");
        errors.Add(place, $"The numbers of nonzeros lean on each other in a circle: {chain}; give one of them a value.");
    }
}
