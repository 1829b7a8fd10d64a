using System.Collections.Immutable;
using Akka.Actor;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>A rank's link to its worker.</summary>
internal sealed class RankLink(IActorRef worker, StartRank start) : IRankLink
{
    public Task<ImmutableArray<string>> ExchangeAsync(int round, string address)
    {
        var gang = new TaskCompletionSource<ImmutableArray<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Tell(new AddressReady(start.Token, round, address, gang));
        return gang.Task;
    }

    public void Tell(string line) => worker.Tell(new LineReady(start, line));
}
