using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>How the ranks of a gang that are processes of their own are joined.</summary>
internal static class GangExchange
{
    /// <summary>See <see cref="TrainingRankRunner"/> for these two.</summary>
    private static readonly CommunicatorOptions Patient = new()
    {
        JoinDeadline = TimeSpan.FromMinutes(5),
        OperationDeadline = TimeSpan.FromMinutes(5),
    };

    public static Communicator Join(RankProcessAssignment assignment, IRendezvous rendezvous, CancellationToken abort)
    {
        WorkerProtocol.RankAssignment rank = assignment.Rank;
        return Communicator.Join(
            new RingMember(rank.Trial, rank.Token, rank.Rank, rank.WorldSize),
            rendezvous,
            Patient with { Transport = assignment.Transport == GangTransport.Tcp ? Transport.Tcp : Transport.SharedMemory },
            abort);
    }
}
