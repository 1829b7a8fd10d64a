using System.Diagnostics;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// Where the thread of one rank sleeps until something has changed. Others change it first and ring then; ringing costs
/// a memory barrier when nobody sleeps.
/// </summary>
internal sealed class Doorbell
{
    /// <summary>
    /// How long a wait spins before it sleeps: about what falling asleep and waking up cost. Twice as long wastes a core
    /// on waits that are long anyway; half as long sleeps through most steps of small messages.
    /// </summary>
    private static readonly TimeSpan SpinMax = TimeSpan.FromMicroseconds(30);

    private const int PausesPerLook = 8;

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
        do
        {
            Thread.SpinWait(PausesPerLook);
            if (holds(state))
                return true;
        }
        while (Stopwatch.GetElapsedTime(began) < SpinMax);

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
