namespace Orchestrator.Actors.Hosting;

/// <summary>How many trials of a sweep ended how, when it ended or stopped.</summary>
/// <param name="Pending">Trials without an end: none, unless the sweep was stopped.</param>
/// <param name="Stopped">Whether it was stopped on request; it can be resumed if anything is pending.</param>
public sealed record SweepOutcome(int Succeeded, int Diverged, int Failed, int Pending, bool Stopped);
