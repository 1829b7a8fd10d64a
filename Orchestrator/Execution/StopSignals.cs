using System.Runtime.InteropServices;
using Orchestrator.Commands;

namespace Orchestrator.Execution;

/// <summary>
/// Ctrl-C and SIGTERM. The first asks for a stop at the next step, with a checkpoint; the second ends the process at once,
/// which harms nothing: whatever is stored is complete or absent.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action _onFirst;
    private int _count;

    private StopSignals(Action onFirst)
    {
        _onFirst = onFirst;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    public CancellationToken Token => _stop.Token;

    /// <param name="onFirst">Tells the user that the stop is under way; called on a thread of the runtime.</param>
    public static StopSignals Listen(Action onFirst) => new(onFirst);

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
            ProcessExit.Now(ExitCode.Stopped);
        _onFirst();
        _stop.Cancel();
    }
}
