using System.Diagnostics;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// How long a rank that waits looks again and again before it sleeps: as long as that has paid lately. Where each wait ends in
/// sleep, because the peers compute in between, little is spent on trying.
/// </summary>
/// <param name="mayLook">False: never; the core is needed by somebody else.</param>
internal sealed class Patience(bool mayLook)
{
    /// <summary>
    /// Must exceed what waking up costs the peer (13 to 50 µs measured on a virtual machine with two cores), or else each falls
    /// asleep while the other wakes up, at every step, for ever.
    /// </summary>
    private static readonly long LongestTicks = Stopwatch.Frequency / 10_000;

    /// <summary>Enough to notice that looking would pay again.</summary>
    private static readonly long ShortestTicks = Stopwatch.Frequency / 500_000;

    private long _ticks = mayLook ? LongestTicks : 0;

    /// <summary>How long to look this time, in ticks of <see cref="Stopwatch"/>.</summary>
    public long Ticks => _ticks;

    /// <summary>Something came while the rank was looking.</summary>
    public void HasPaid() => _ticks = LongestTicks;

    /// <summary>It had to sleep after all.</summary>
    /// <param name="sleptTicks">For how long.</param>
    public void WasInVain(long sleptTicks)
    {
        if (!mayLook)
            return;
        // A short sleep would have been a short look.
        _ticks = sleptTicks < LongestTicks ? LongestTicks : Math.Max(_ticks / 2, ShortestTicks);
    }
}
