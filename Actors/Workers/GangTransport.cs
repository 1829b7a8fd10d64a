namespace Orchestrator.Actors.Workers;

/// <summary>
/// Where the ranks of a gang are, and how their gradients get from one to the other. The bits of the weights do not depend
/// on it. Child processes are told the numbers.
/// </summary>
public enum GangTransport
{
    /// <summary>Threads of this process that read each other's buffers.</summary>
    InProcess = 1,

    /// <summary>A process for each rank, on this machine.</summary>
    SharedMemory = 2,

    /// <summary>A process for each rank, joined by connections.</summary>
    Tcp = 3,
}
