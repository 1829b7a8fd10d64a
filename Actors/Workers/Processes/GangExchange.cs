using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>How the ranks of a gang that are processes of their own are joined.</summary>
internal static class GangExchange
{
    public static IGradientExchange Join(RankProcessAssignment assignment, IRendezvous rendezvous, CancellationToken abort) =>
        throw new NotSupportedException("The ranks of a gang cannot be joined across processes yet.");
}
