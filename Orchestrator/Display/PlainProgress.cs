using System.Collections.Immutable;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Hosting;
using Orchestrator.Commands;

namespace Orchestrator.Display;

/// <summary>Lines for logs: the start and the end of each trial, and between them at most one line of progress in ten seconds.</summary>
internal sealed class PlainProgress(Terminal terminal) : ProgressDisplay
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private ImmutableArray<TrialProgress> _shown = [];
    private long _lastLine = terminal.Time.GetTimestamp();

    public override void TellStopping()
    {
        lock (_gate)
            terminal.Out.WriteLine("Stopping at the next step; the same signal once more leaves at once.");
    }

    public override void Report(SweepProgress value)
    {
        lock (_gate)
        {
            for (int index = 0; index < value.Trials.Length; index++)
                Tell(value.Trials[index], _shown.IsEmpty ? null : _shown[index]);
            _shown = value.Trials;
            if (terminal.Time.GetElapsedTime(_lastLine) < Between || value.Running == 0)
                return;
            terminal.Out.WriteLine(ProgressWords.Summary(value));
            _lastLine = terminal.Time.GetTimestamp();
        }
    }

    public override Task<SweepOutcome> ShowAsync(Task<SweepOutcome> run) => run;

    /// <summary>What has changed about a trial since it was last shown. What had ended before this process began is no news.</summary>
    private void Tell(TrialProgress now, TrialProgress? before)
    {
        if (now.State == before?.State && now.Attempt == before.Attempt)
            return;
        if (now.State == TrialState.Running)
            terminal.Out.WriteLine($"start  {ProgressWords.Name(now)}{(now.Attempt > 1 ? $", attempt {now.Attempt}" : "")}");
        else if (before is not null && ProgressWords.HasEnded(now.State))
            terminal.Out.WriteLine($"end    {ProgressWords.Name(now)}: {ProgressWords.End(now)}");
    }
}
