using System.Collections.Immutable;
using Akka.Actor;
using Orchestrator.Actors.Serialization;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Actors.Coordination;

/// <summary>What <see cref="SweepCoordinator"/> is told, what it answers, what it remembers, and what it does.</summary>
/// <remarks>
/// Every command may be lost, sent twice, or come late. It is answered with its <see cref="ICommand.Key"/>: carried out
/// (<see cref="Done"/>), carried out before (<see cref="AlreadyDone"/>), or <see cref="Refused"/>. All three are final.
/// Within a sweep each attempt has a fencing token, greater than all before; what bears an older one is refused.
/// </remarks>
internal static class SweepProtocol
{
    internal interface ICommand
    {
        /// <summary>Equal for a command that is sent again, different for any other; its answer bears it.</summary>
        string Key { get; }
    }

    internal interface IReply : IWireMessage
    {
        string Key { get; }
    }

    internal interface IEvent;

    /// <summary>Kept in the journal.</summary>
    internal interface IStoredEvent : IEvent, IWireMessage;

    /// <summary>True for this process only: workers come and go with it, and so does the wish to stop.</summary>
    internal interface IPassingEvent : IEvent;

    internal interface IEffect;

    /// <summary>The plan of the sweep; trials in the order in which they are to start, each after those it depends on.</summary>
    internal sealed record Accept(string PlanHash, ImmutableArray<PlannedTrial> Trials) : ICommand, IWireMessage
    {
        public string Key => $"accept/{PlanHash}";
    }

    /// <summary>The sender is a worker with one free slot; it takes the place of one of that name with a lower <paramref name="Incarnation"/>.</summary>
    internal sealed record RegisterWorker(string Worker, long Incarnation) : ICommand, IWireMessage
    {
        public string Key => $"register/{Worker}/{Incarnation}";
    }

    /// <summary>A worker is no longer there. Known by watching it, never sent.</summary>
    internal sealed record WorkerLost(string Worker, long Incarnation) : ICommand
    {
        public string Key => $"lost/{Worker}/{Incarnation}";
    }

    /// <summary>A rank is done with, and its slot is free.</summary>
    internal sealed record RankEnded(string Trial, long Token, int Rank, RankEnd End) : ICommand, IWireMessage
    {
        public string Key => KeyOf(Trial, Token, Rank);

        public static string KeyOf(string trial, long token, int rank) => $"rank-ended/{trial}/{token}/{rank}";
    }

    /// <summary>An attempt must not go on, though no rank has failed of itself.</summary>
    internal sealed record AttemptFaulted(string Trial, long Token, Fault Failure) : ICommand, IWireMessage
    {
        public string Key => $"attempt-faulted/{Trial}/{Token}";
    }

    /// <summary>Start nothing more; what runs stops at its next step. The sweep can be resumed by another process.</summary>
    internal sealed record Stop(string Reason) : ICommand, IWireMessage
    {
        public string Key => "stop";
    }

    /// <summary>The journal was read to its end. Known by recovering, never sent.</summary>
    internal sealed record Recovered : ICommand
    {
        public string Key => "recovered";
    }

    internal sealed record Done(string Key) : IReply;

    internal sealed record AlreadyDone(string Key) : IReply;

    internal sealed record Refused(string Key, string Reason) : IReply;

    internal sealed record PlanAccepted(string PlanHash, ImmutableArray<PlannedTrial> Trials) : IStoredEvent;

    /// <param name="Trial">Index in the plan.</param>
    /// <param name="Workers">By rank.</param>
    internal sealed record AttemptGranted(int Trial, long Token, ImmutableArray<string> Workers) : IStoredEvent;

    /// <summary>An attempt is over and its trial is open again.</summary>
    /// <param name="Failure">Null: stopped on request.</param>
    /// <param name="Charged">Whether it counts against the trial.</param>
    internal sealed record AttemptEnded(int Trial, long Token, Fault? Failure, bool Charged) : IStoredEvent;

    /// <summary>A trial has its end; the one event of its kind for that trial.</summary>
    /// <param name="Token">Of the attempt that ended it; 0 if it never had one.</param>
    /// <param name="Failure">With <see cref="TrialEnd.Failed"/>, and only then.</param>
    internal sealed record TrialEnded(int Trial, long Token, TrialEnd End, Fault? Failure) : IStoredEvent;

    internal sealed record WorkerRegistered(string Worker, long Incarnation) : IPassingEvent;

    internal sealed record WorkerRemoved(string Worker) : IPassingEvent;

    internal sealed record RankReported(int Trial, int Rank, RankEnd End) : IPassingEvent;

    internal sealed record AttemptAborted(int Trial, Fault Failure) : IPassingEvent;

    internal sealed record StopRequested(string Reason) : IPassingEvent;

    /// <summary>Nothing is left to do in this process: all trials have ended, or all that ran have stopped.</summary>
    internal sealed record SweepOver : IPassingEvent;

    /// <summary>Have these workers run the ranks of an attempt.</summary>
    internal sealed record StartAttempt(string Trial, long Token, int Attempt, ImmutableArray<string> Workers) : IEffect;

    /// <summary>No rank of the attempt is left.</summary>
    internal sealed record EndAttempt(long Token) : IEffect;

    /// <param name="Graceful">Stop after the step, with a checkpoint; otherwise at once.</param>
    internal sealed record CancelRankOn(string Worker, string Trial, long Token, bool Graceful) : IEffect;

    /// <summary>Tell who watches where a trial stands; have a failure stored.</summary>
    internal sealed record ReportTrial(string Trial, long Token, int Attempt, TrialState State, string? Reason) : IEffect;

    /// <summary>The disk failed a rank: the sweep cannot go on.</summary>
    internal sealed record HaltForStorage(string Reason) : IEffect;

    internal sealed record Finish(SweepEnded Outcome) : IEffect;

    /// <summary>Told to the parent, once.</summary>
    internal sealed record SweepEnded(int Succeeded, int Diverged, int Failed, int Pending, bool Stopped) : IWireMessage;

    /// <summary>To the parent: events cannot be written or read. The coordinator stops.</summary>
    internal sealed record JournalFailed(Exception Cause) : INoSerializationVerificationNeeded;

    /// <summary>To the parent: see <see cref="HaltForStorage"/>.</summary>
    internal sealed record StorageHalted(string Reason) : INoSerializationVerificationNeeded;
}
