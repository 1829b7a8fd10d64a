using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;

namespace Orchestrator.Execution;

/// <summary>The data of a run: read before the first trial, the same ever after.</summary>
internal static class RunData
{
    /// <summary>
    /// Loads what open trials need, and keeps with the run what was read. Trials that are resumed with other data than
    /// they began with would be neither the one experiment nor the other.
    /// </summary>
    /// <exception cref="DataException">Data are missing, wrong, or not those that the run began with.</exception>
    public static void Prepare(RunStore store, DataRoot root, IEnumerable<Trial> open)
    {
        HashSet<int> needed = [.. open.Select(trial => trial.Cell)];
        List<StoredDataSet> known = [.. store.DataSets];
        int before = known.Count;
        foreach (IGrouping<DataOptions, Cell> group in store.Plan.Cells.GroupBy(cell => cell.Configuration.Data with { BatchSize = 1 }))
        {
            if (!group.Any(cell => needed.Contains(cell.Index)))
                continue;
            DataOptions options = group.First().Configuration.Data;
            IDataSet data = DataSets.Load(options, root);
            DataSetInfo info = DataSets.All.First(info => info.OptionsType == options.GetType());
            var now = StoredDataSet.Of(data, info, [.. group.Select(cell => cell.Index)]);
            if (known.Find(then => then.Cells.Contains(now.Cells[0])) is { } then)
                Compare(then, now);
            else
                known.Add(now);
        }

        if (known.Count > before)
            store.RecordDataSets([.. known.OrderBy(data => data.Cells[0])]);
    }

    private static void Compare(StoredDataSet then, StoredDataSet now)
    {
        if (then.DifferencesTo(now) is [var (name, was, found), ..])
        {
            throw new DataException(
                null,
                $"`{now.Kind}` is not what this run began with. {name} was: {was}. It is now: {found}. "
                + "Put the old data back, or begin anew with `orchestrator run --fresh`.");
        }
    }
}
