using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>How the ranks of a gang that are processes of their own are joined.</summary>
internal static class GangExchange
{
    public static Communicator Join(
        RankProcessAssignment assignment, CommunicatorOptions options, IRendezvous rendezvous, CancellationToken abort)
    {
        WorkerProtocol.RankAssignment rank = assignment.Rank;
        return Communicator.Join(
            new RingMember(rank.Trial, rank.Token, rank.Rank, rank.WorldSize),
            rendezvous,
            options with { Transport = assignment.Transport == GangTransport.Tcp ? Transport.Tcp : Transport.SharedMemory },
            abort);
    }
}
