using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;
using Orchestrator.Models.Native;

namespace Orchestrator.Commands;

/// <summary>What a command says, and how it exits, when it cannot go on. Only a bug shows its stack.</summary>
internal static class Failures
{
    private const string RunKey = "run";

    /// <summary>Notes the run's folder, for the words about a bug. Always false: to be used as a filter, which does not catch.</summary>
    public static bool Note(Exception exception, string run)
    {
        exception.Data[RunKey] = run;
        return false;
    }

    public static int Tell(Exception exception, TextWriter error)
    {
        switch (exception)
        {
            case BadInputException input:
                foreach (InputError one in input.Errors)
                    error.WriteLine(one);
                error.WriteLine(input.Errors.Count == 1 ? "1 error. Nothing was written." : $"{input.Errors.Count} errors. Nothing was written.");
                return ExitCode.BadInput;
            case UsageException or DataException or RunStoreException or TorchUnavailableException:
                error.WriteLine(exception.Message);
                return ExitCode.BadInput;
            case OperationCanceledException:
                error.WriteLine("Stopped.");
                return ExitCode.Stopped;
            case IOException or UnauthorizedAccessException:
                error.WriteLine(exception.Message);
                return ExitCode.BadInput;
            default:
                TellBug(exception, error);
                return ExitCode.Bug;
        }
    }

    private static void TellBug(Exception exception, TextWriter error)
    {
        error.WriteLine("This is a bug in Orchestrator. Please report it with what follows.");
        error.WriteLine(exception);
        if (exception.Data[RunKey] is string run)
            error.WriteLine($"The run is in `{run}`. Nothing that was stored is lost.");
    }
}
