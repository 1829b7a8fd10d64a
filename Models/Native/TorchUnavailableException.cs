namespace Orchestrator.Models.Native;

/// <summary>
/// libtorch does not run on this machine. The message is one sentence with what the loader refused and one with what
/// to do. A retry on the same machine does not help.
/// </summary>
public sealed class TorchUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
