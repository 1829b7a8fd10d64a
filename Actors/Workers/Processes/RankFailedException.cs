using Orchestrator.Actors.Coordination;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>A rank in another process has failed, or died; the kind was found out there, or from how it died.</summary>
internal sealed class RankFailedException(Fault failure) : Exception(failure.Reason)
{
    public Fault Failure => failure;
}
