namespace Orchestrator.Commands;

/// <summary>What was typed cannot be done: the message says what, and what could be typed instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
