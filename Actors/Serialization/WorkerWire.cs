using Akka.Actor;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Serialization;

/// <summary>The forms of <see cref="Workers.WorkerProtocol"/>. An actor is written as its path.</summary>
internal static class WorkerWire
{
    public static IEnumerable<WireForm> FormsFor(ExtendedActorSystem system) =>
    [
        WireForm.Of<StartRank, Proto.StartRank>(
            "worker.start-rank.1",
            Proto.StartRank.Parser,
            start => new Proto.StartRank
            {
                Trial = start.Trial,
                Token = start.Token,
                Rank = start.Rank,
                WorldSize = start.WorldSize,
                Attempt = start.Attempt,
                Schedule = Akka.Serialization.Serialization.SerializedActorPath(start.Schedule),
            },
            proto => new StartRank(
                proto.Trial,
                proto.Token,
                proto.Rank,
                proto.WorldSize,
                proto.Attempt,
                system.Provider.ResolveActorRef(proto.Schedule))),
        WireForm.Of<CancelRank, Proto.CancelRank>(
            "worker.cancel-rank.1",
            Proto.CancelRank.Parser,
            cancel => new Proto.CancelRank { Trial = cancel.Trial, Token = cancel.Token, Graceful = cancel.Graceful },
            proto => new CancelRank(proto.Trial, proto.Token, proto.Graceful)),
    ];
}
