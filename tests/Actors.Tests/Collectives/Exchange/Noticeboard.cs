using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

/// <summary>
/// A rendezvous of the threads of a test. A rank waits until so many have come, so that some may come late or never.
/// </summary>
internal sealed class Noticeboard(int worldSize, int awaited) : IRendezvous
{
    private readonly object _gate = new();
    private readonly string?[] _addresses = new string?[worldSize];

    public Noticeboard(int worldSize)
        : this(worldSize, worldSize)
    {
    }

    /// <summary>What rank 0 has published; null before.</summary>
    public string? First
    {
        get
        {
            lock (_gate)
                return _addresses[0];
        }
    }

    public IReadOnlyList<string> Exchange(
        RingMember member, string address, TimeSpan deadline, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(_ => Announce(), null);
        Deadline until = Deadline.In(deadline);
        lock (_gate)
        {
            _addresses[member.Rank] = address;
            Monitor.PulseAll(_gate);
            while (_addresses[0] is null || _addresses.Count(known => known is not null) < awaited)
            {
                cancellation.ThrowIfCancellationRequested();
                if (!Monitor.Wait(_gate, until.Remaining))
                    throw new CollectiveException(member.Ring, member.Token, RingFailure.NeverJoined(FirstAbsent(), deadline));
            }

            return [.. _addresses.Select(known => known ?? "-")];
        }
    }

    private int FirstAbsent() => Array.IndexOf(_addresses, null);

    private void Announce()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }
}
