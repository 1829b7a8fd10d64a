using System.Runtime.InteropServices;
using Orchestrator.Actors.Workers.Processes;
using Orchestrator.Execution;

namespace Orchestrator.Commands;

/// <summary>
/// <c>rank</c>: what a run starts for each rank of a trial that has several, and nobody else; it is in no help. It does not
/// go through the parser of commands, which would take longer to start than all the rest.
/// </summary>
internal static class RankCommand
{
    public static bool IsMeant(string[] arguments) => arguments is [RankProcess.Verb] && Console.IsInputRedirected;

    /// <returns>Never on its own: the process ends here, without waiting for threads and destructors.</returns>
    public static int Execute()
    {
        using PosixSignalRegistration interrupt = Ignore(PosixSignal.SIGINT);
        using PosixSignalRegistration terminate = Ignore(PosixSignal.SIGTERM);
        using PosixSignalRegistration hangup = Ignore(PosixSignal.SIGHUP);
        RankProcess.Run(RankStreams.OpenInput(), RankStreams.TakeOutput(), TimeProvider.System, Leave);
        Leave();
        return ExitCode.Done;
    }

    /// <summary>
    /// Ctrl-C at a terminal reaches all processes at once, and so does the stop of a service: the run decides what
    /// becomes of its ranks. When it is gone, they go.
    /// </summary>
    private static PosixSignalRegistration Ignore(PosixSignal signal) =>
        PosixSignalRegistration.Create(signal, context => context.Cancel = true);

    private static void Leave() => ProcessExit.Now(ExitCode.Done);
}
