using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Models.Data;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Experiments.Planning;

/// <summary>From what a sweep means to an immutable list of trials. Looks at the data's shape, and at nothing else outside.</summary>
/// <param name="slots">Slots of the machine or cluster; null: not known yet.</param>
internal sealed class Planner(SweepDefinition sweep, DataRoot root, int? slots, ErrorSink errors)
{
    /// <summary>Null if anything is wrong; all of it is reported.</summary>
    public Plan? Make()
    {
        var cells = new CellIndex([.. sweep.Cells.Select(Start).OfType<CellInPlanning>()]);
        new NonzeroMatching(cells, sweep, errors).Solve();
        new TrialSources(cells, sweep, errors).Find();
        foreach (CellInPlanning cell in cells.All)
        {
            CheckGang(cell);
            CheckPruning(cell);
        }

        // Values that could not be read or solved for would make cells look alike.
        if (errors.IsEmpty)
            CheckTwins(cells.All);
        return errors.IsEmpty ? PlanAssembly.Assemble(sweep, cells.All) : null;
    }

    private CellInPlanning? Start(CellDraft draft)
    {
        try
        {
            DataOptions data = draft.Configuration.Data;
            return new CellInPlanning(draft, DataSets.ShapeOf(data, root), DataSets.TrainCountOf(data, root));
        }
        catch (DataException exception)
        {
            errors.Add(draft.PlaceOf("data"), exception.Message);
            return null;
        }
    }

    private void CheckGang(CellInPlanning cell)
    {
        int ranks = cell.Configuration.Training.WorldSize;
        if (slots < ranks)
            errors.Add(cell.Draft.PlaceOf("training.worldSize"), $"A gang of {ranks} ranks (`training.worldSize`) does not fit on {slots} slots; lower it or add slots.");
    }

    private void CheckPruning(CellInPlanning cell)
    {
        TrainingLength length = cell.Length;
        ImmutableArray<PruningProblem> problems = PruningProgram.Validate(
            cell.Configuration.Pruning, cell.Parameters, length.StepsPerEpoch, cell.Configuration.Training.Epochs, length.Steps);
        foreach (PruningProblem problem in problems)
            errors.Add(cell.Draft.PlaceOf($"pruning.{problem.Path}"), $"`pruning.{problem.Path}`: {problem.Message}");
    }

    /// <summary>Two cells that are the same work would be compared with each other in vain.</summary>
    private void CheckTwins(ImmutableArray<CellInPlanning> cells)
    {
        var seen = new Dictionary<string, CellInPlanning>();
        foreach (CellInPlanning cell in cells)
        {
            string content = TrialIdentity.Of(
                TrialIdentity.ContentOf(cell.Configuration), seed: 0, cell.QuantileSource?.Name, cell.DensitySource?.Name);
            if (!seen.TryAdd(content, cell))
                errors.Add(cell.Draft.Variant.Place, $"`{Node.Shorten(cell.Name)}` and `{Node.Shorten(seen[content].Name)}` have the same configuration; remove one or tell them apart.");
        }
    }
}
