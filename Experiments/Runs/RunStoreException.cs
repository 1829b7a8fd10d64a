namespace Orchestrator.Experiments.Runs;

/// <summary>A run store cannot be used as asked. The message is one for the user: what, where, and what to do next.</summary>
public sealed class RunStoreException(RunStoreFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public RunStoreFault Fault => fault;
}

/// <summary>Why a run store cannot be used. None of them loses what was stored before.</summary>
public enum RunStoreFault
{
    /// <summary>There is no run there.</summary>
    Missing,

    /// <summary>Another process runs this sweep now.</summary>
    InUse,

    /// <summary>Written by a later version.</summary>
    Newer,

    /// <summary>A file is not what it should be.</summary>
    Damaged,

    /// <summary>The folder or the file system does not take writes.</summary>
    ReadOnly,

    /// <summary>No space is left. A retry helps once there is.</summary>
    Full,

    /// <summary>Any other failure of the disk.</summary>
    Io,
}
