namespace Orchestrator.Actors.Coordination;

/// <summary>What went wrong, as far as somebody decides on it. Journals hold the numbers: they never change.</summary>
public enum FailureKind
{
    /// <summary>A worker, or the whole process, is gone. No attempt is charged for it.</summary>
    NodeLoss = 1,

    /// <summary>No memory was left, on the host or the device.</summary>
    OutOfMemory = 2,

    /// <summary>The configuration cannot be carried out. It never could: no retry.</summary>
    BadConfiguration = 3,

    /// <summary>A data set is missing or altered: no retry.</summary>
    BadData = 4,

    /// <summary>The exchange with the other ranks broke. Of a gang's failures this is the last to blame: it follows from others.</summary>
    PeerLoss = 5,

    /// <summary>The ranks of a gang do not have the same masks.</summary>
    MaskMismatch = 6,

    /// <summary>A trial that this one needs did not succeed.</summary>
    Dependency = 7,

    /// <summary>The run store takes no more writes. Nobody is to blame but the disk: the sweep stops and can be resumed.</summary>
    Storage = 8,

    /// <summary>An error that nobody foresaw.</summary>
    Bug = 9,
}
