using System.Diagnostics;
using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>Where ranks that are threads of one process find each other. Thread-safe; one object for all ranks.</summary>
/// <remarks>
/// An epoch is over when all its ranks have met, or when a rank comes with a newer token: those that still wait for the older
/// one fail with <see cref="CollectiveFailure.StaleEpoch"/>.
/// </remarks>
public sealed class LocalRendezvous : IRendezvous
{
    // A lock of its own kind has no Wait and Pulse.
    private readonly object _gate = new();
    private readonly Dictionary<string, Meeting> _meetings = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> Exchange(RingMember member, string address, TimeSpan deadline, CancellationToken cancellation)
    {
        RendezvousLimits.Check(member, address, deadline);
        long began = Stopwatch.GetTimestamp();
        using CancellationTokenRegistration waking = cancellation.UnsafeRegister(_ => WakeAll(), null);
        lock (_gate)
        {
            Meeting meeting = Enter(member, address);
            while (meeting.Failure is null && meeting.IsOpen)
            {
                if (cancellation.IsCancellationRequested)
                    End(member, meeting, RingFailure.Cancelled(member.Rank));
                cancellation.ThrowIfCancellationRequested();
                TimeSpan remaining = deadline - Stopwatch.GetElapsedTime(began);
                if (remaining <= TimeSpan.Zero)
                    End(member, meeting, RingFailure.NeverJoined(meeting.FirstMissing, deadline));
                else
                    _ = Monitor.Wait(_gate, remaining);
            }

            if (meeting.Failure is { } failure)
                throw new CollectiveException(member.Ring, member.Token, failure);
            return meeting.Addresses!;
        }
    }

    private Meeting Enter(RingMember member, string address)
    {
        if (_meetings.TryGetValue(member.Ring, out Meeting? meeting) && meeting.Token < member.Token)
        {
            meeting.Failure = RingFailure.Superseded(member.Rank, member.Token);
            Monitor.PulseAll(_gate);
            meeting = null;
        }

        if (meeting is null)
            _meetings[member.Ring] = meeting = new Meeting(member.Token, member.WorldSize);
        if (WhyNot(meeting, member) is { } failure)
            throw new CollectiveException(member.Ring, member.Token, failure);

        meeting.Arrive(member.Rank, address);
        if (meeting.IsOpen)
            return meeting;
        _ = _meetings.Remove(member.Ring);
        Monitor.PulseAll(_gate);
        return meeting;
    }

    private RingFailure? WhyNot(Meeting meeting, RingMember member)
    {
        if (meeting.Token > member.Token)
            return RingFailure.Stale(member.Rank, meeting.Token);
        if (meeting.WorldSize != member.WorldSize)
        {
            RingFailure mismatch = RingFailure.Mismatch(
                member.Rank, $"rank {member.Rank} counts {member.WorldSize} ranks, the others {meeting.WorldSize}");
            End(member, meeting, mismatch);
            return mismatch;
        }

        return meeting.HasArrived(member.Rank) ? RingFailure.AlreadyJoined(member.Rank) : null;
    }

    private void End(RingMember member, Meeting meeting, RingFailure failure)
    {
        meeting.Failure = failure;
        if (_meetings.TryGetValue(member.Ring, out Meeting? current) && ReferenceEquals(current, meeting))
            _ = _meetings.Remove(member.Ring);
        Monitor.PulseAll(_gate);
    }

    private void WakeAll()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private sealed class Meeting(long token, int worldSize)
    {
        private readonly string?[] _addresses = new string?[worldSize];
        private int _arrived;

        public long Token => token;

        public int WorldSize => worldSize;

        public RingFailure? Failure { get; set; }

        public bool IsOpen => _arrived < worldSize;

        public int FirstMissing => Array.IndexOf(_addresses, null);

        public string[]? Addresses => IsOpen ? null : [.. _addresses.OfType<string>()];

        public bool HasArrived(int rank) => _addresses[rank] is not null;

        public void Arrive(int rank, string address)
        {
            _addresses[rank] = address;
            _arrived++;
        }
    }
}
