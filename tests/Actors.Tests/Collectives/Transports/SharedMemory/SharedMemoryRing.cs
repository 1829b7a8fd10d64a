using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;
using Orchestrator.Actors.Tests.Collectives.Exchange;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

/// <summary>Rings in shared memory between the threads of a test, each with a mapping of its own.</summary>
internal static class SharedMemoryRing
{
    public const string Name = "trial-1";
    public const long Token = 7;

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    public static RingMember Member(int rank, int worldSize) => new(Name, Token, rank, worldSize);

    /// <summary>Joins all ranks.</summary>
    public static SharedMemoryTransport[] Join(
        int worldSize, TimeSpan operationDeadline, int ringBytes, int inPlaceBytesMin = int.MaxValue) =>
        Join(worldSize, rogues: 0, operationDeadline, ringBytes, inPlaceBytesMin).Transports;

    /// <summary>Joins a ring whose last ranks are rogues.</summary>
    public static (SharedMemoryTransport[] Transports, RogueRank[] Rogues) Join(
        int worldSize, int rogues, TimeSpan operationDeadline, int ringBytes, int inPlaceBytesMin = int.MaxValue)
    {
        SharedMemoryOptions options = new(Ample, operationDeadline) { RingBytes = ringBytes, InPlaceBytesMin = inPlaceBytesMin };
        Noticeboard rendezvous = new(worldSize);
        IDisposable[] joined = Gang.Run<IDisposable>(worldSize, rank => rank < worldSize - rogues
            ? SharedMemoryTransport.Join(Member(rank, worldSize), rendezvous, options, CancellationToken.None)
            : RogueRank.Join(Member(rank, worldSize), rendezvous, ringBytes));
        return ([.. joined.OfType<SharedMemoryTransport>()], [.. joined.OfType<RogueRank>()]);
    }

    public static SharedMemoryOptions Options(TimeSpan joinDeadline, TimeSpan operationDeadline, int ringBytes) =>
        new(joinDeadline, operationDeadline) { RingBytes = ringBytes };
}
