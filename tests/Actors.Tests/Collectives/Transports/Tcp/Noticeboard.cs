using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>A rendezvous that checks nothing: whoever asks gets what is there once so many have come.</summary>
internal sealed class Noticeboard(int awaited, params (int Rank, string Address)[] notices) : IRendezvous
{
    private readonly object _gate = new();
    private readonly SortedDictionary<int, string> _addresses = new(notices.ToDictionary(notice => notice.Rank, notice => notice.Address));

    /// <summary>Where the rank listens.</summary>
    public string this[int rank]
    {
        get
        {
            lock (_gate)
            {
                while (!_addresses.ContainsKey(rank))
                    Assert.That(Monitor.Wait(_gate, TcpRing.Ample), Is.True, "A rank does not listen.");
                return _addresses[rank];
            }
        }
    }

    public IReadOnlyList<string> Exchange(RingMember member, string address, TimeSpan deadline, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _ = _addresses.TryAdd(member.Rank, address);
            Monitor.PulseAll(_gate);
            while (_addresses.Count < awaited)
                Assert.That(Monitor.Wait(_gate, TcpRing.Ample), Is.True, "A rank does not come.");
            return [.. _addresses.Values];
        }
    }
}
