using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Hosting;
using Orchestrator.Commands;
using Spectre.Console;

namespace Orchestrator.Display;

/// <summary>A table that is redrawn in place: running trials first, then those that ended last.</summary>
internal sealed class LiveProgress(Terminal terminal) : ProgressDisplay
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    /// <summary>Lines of the terminal that are not the table's rows: heading, frame, caption, prompt.</summary>
    private const int OtherLines = 8;

    private const int BarWidth = 10;

    private readonly IAnsiConsole _console = Tables.Console(terminal);
    private volatile SweepProgress? _latest;
    private volatile bool _isStopping;

    public override void TellStopping() => _isStopping = true;

    public override void Report(SweepProgress value) => _latest = value;

    public override Task<SweepOutcome> ShowAsync(Task<SweepOutcome> run) => _console.Live(Draw()).StartAsync(async context =>
    {
        while (!run.IsCompleted)
        {
            _ = await Task.WhenAny(run, Task.Delay(Refresh, terminal.Time));
            context.UpdateTarget(Draw());
            context.Refresh();
        }

        return await run;
    });

    private Table Draw()
    {
        if (_latest is not { } progress)
            return Caption(Columns("metric"), "Starting …");

        int rows = Math.Max(3, _console.Profile.Height - OtherLines);
        string? metric = progress.Trials.Select(trial => trial.Metric).FirstOrDefault(name => name is not null);
        Table table = Columns(Words.MetricName(metric ?? "metric"));
        foreach (TrialProgress trial in Foremost(progress, rows))
            AddRow(table, trial);
        int hidden = progress.Trials.Length - table.Rows.Count;
        string more = hidden > 0 ? $"{hidden} more. " : "";
        return Caption(table, more + ProgressWords.Summary(progress));
    }

    /// <summary>On 80 columns all numbers are whole; what is too long is a cell's name, which may wrap.</summary>
    private static Table Columns(string metric)
    {
        Table table = Tables.Create(
            ("Cell", false), ("Seed", true), ("State", false), ("Progress", false), ("Epoch", true), ("Loss", true), (metric, true), ("Sparsity", true));
        foreach (TableColumn column in table.Columns)
        {
            column.NoWrap = true;
            column.Padding = new Padding(left: 0, top: 0, right: 1, bottom: 0);
        }

        table.Columns[0].NoWrap = false;
        return table;
    }

    private Table Caption(Table table, string text)
    {
        string whole = _isStopping ? $"{text}\nStopping at the next step; Ctrl-C once more leaves at once." : text;
        table.Caption = new TableTitle(Markup.Escape(whole));
        return table;
    }

    private static IEnumerable<TrialProgress> Foremost(SweepProgress progress, int rows) =>
        progress.Trials.Where(trial => trial.State == TrialState.Running)
            .Concat(progress.Trials.Where(trial => trial.State == TrialState.Failed))
            .Concat(progress.Trials.Where(trial => trial.State is TrialState.Succeeded or TrialState.Diverged).Reverse())
            .Concat(progress.Trials.Where(trial => trial.State is TrialState.Pending or TrialState.Waiting))
            .Take(rows);

    private static void AddRow(Table table, TrialProgress trial) => Tables.Row(
        table,
        trial.Cell,
        $"{trial.Seed}",
        trial.State.ToString().ToLowerInvariant(),
        trial.State == TrialState.Running && trial.Steps > 0 ? Bar(trial.Step, trial.Steps) : "",
        trial.Step == 0 ? "" : $"{trial.Epoch}",
        trial.Loss is { } loss ? Words.Number(loss) : "",
        trial is { Metric: { } name, MetricValue: { } value } ? Words.Metric(name, value) : "",
        trial.Sparsity is { } sparsity ? Words.Percent(sparsity) : "");

    private static string Bar(long step, long steps)
    {
        int full = (int)(BarWidth * step / steps);
        return new string('█', full) + new string('░', BarWidth - full);
    }
}
