using System.Diagnostics;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// Where the thread of one rank sleeps until something has changed. Others change it first and ring then; ringing costs
/// a memory barrier when nobody sleeps.
/// </summary>
internal sealed class Doorbell
{
    /// <summary>
    /// How long a wait spins before it sleeps. It must exceed what waking up costs the peer (13 to 50 µs measured on a
    /// virtual machine with two cores): at half of it each rank falls asleep while the other wakes up, at every step, for
    /// ever; at double nothing was gained.
    /// </summary>
    private static readonly TimeSpan SpinMax = TimeSpan.FromMicroseconds(60);

    /// <summary>
    /// About 2 µs on a core of one's own. Then the core is offered at each look: the scheduler may have put the awaited
    /// rank on this very core. Two ranks, 1 MiB, on that machine: 542 µs without, 72 µs with.
    /// </summary>
    private const int LooksBeforeYielding = 20;

    // A lock of its own kind has no Wait and Pulse.
    private readonly object _gate = new();
    private bool _sleeping;

    /// <summary>Waits until the condition holds; false if the deadline passed first.</summary>
    /// <param name="state">Handed to the condition, so that it need not capture.</param>
    /// <param name="holds">Cheap and free of side effects; reads what others write with acquire semantics.</param>
    /// <param name="deadline">When to give up.</param>
    /// <param name="spin">Whether this machine has a core to spare for this thread.</param>
    public bool Wait<TState>(TState state, Func<TState, bool> holds, Deadline deadline, bool spin) =>
        holds(state) || (spin && Spin(state, holds)) || Sleep(state, holds, deadline);

    /// <summary>Wakes the sleeper to look again. Everything written before is visible to it.</summary>
    public void Ring()
    {
        // Orders the change before the look at _sleeping; Sleep does the reverse. One of the two sees the other.
        Interlocked.MemoryBarrier();
        if (!Volatile.Read(ref _sleeping))
            return;
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private static bool Spin<TState>(TState state, Func<TState, bool> holds)
    {
        long began = Stopwatch.GetTimestamp();
        for (int look = 0; Stopwatch.GetElapsedTime(began) < SpinMax; look++)
        {
            if (look < LooksBeforeYielding)
                Thread.SpinWait(1);
            else
                Thread.Yield();
            if (holds(state))
                return true;
        }

        return false;
    }

    private bool Sleep<TState>(TState state, Func<TState, bool> holds, Deadline deadline)
    {
        lock (_gate)
        {
            Volatile.Write(ref _sleeping, true);
            Interlocked.MemoryBarrier();
            try
            {
                while (!holds(state))
                {
                    if (!Monitor.Wait(_gate, deadline.Remaining))
                        return holds(state);
                }

                return true;
            }
            finally
            {
                Volatile.Write(ref _sleeping, false);
            }
        }
    }
}
