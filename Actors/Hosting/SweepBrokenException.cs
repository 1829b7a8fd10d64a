namespace Orchestrator.Actors.Hosting;

/// <summary>A part of the orchestration itself broke: a bug, or a journal that cannot be read. What was acknowledged is stored, and the sweep can be resumed.</summary>
public sealed class SweepBrokenException(string message, Exception? inner = null) : Exception(message, inner);
