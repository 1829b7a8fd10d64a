using Orchestrator.Actors.Hosting;
using Orchestrator.Commands;

namespace Orchestrator.Display;

/// <summary>Shows a sweep while it runs. Reports come from the sweep's own threads; showing never holds them up for long.</summary>
internal abstract class ProgressDisplay : IProgress<SweepProgress>
{
    public static ProgressDisplay Create(Terminal terminal) =>
        terminal.IsInteractive ? new LiveProgress(terminal) : new PlainProgress(terminal);

    /// <summary>A stop was asked for and is under way.</summary>
    public abstract void TellStopping();

    public abstract void Report(SweepProgress value);

    /// <summary>Shows what is reported until the run ends.</summary>
    public abstract Task<SweepOutcome> ShowAsync(Task<SweepOutcome> run);
}
