using Orchestrator.Models.Native;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>The way in for a process that trains one rank for another process of the same program.</summary>
public static class RankProcess
{
    /// <summary>The argument that asks for it. Nobody types it: it is in no help.</summary>
    public const string Verb = "rank";

    /// <summary>Trains the rank that the worker assigns, and returns when the worker has been told how it ended.</summary>
    /// <param name="fromWorker">Frames; when it ends the worker is gone.</param>
    /// <param name="toWorker">For frames alone.</param>
    /// <param name="leave">Ends the process, whatever its threads are doing: called when the worker is gone.</param>
    public static void Run(Stream fromWorker, Stream toWorker, TimeProvider time, Action leave)
    {
        // While the assignment is on its way. What it throws is thrown again where libtorch is first used.
        new Thread(LoadTorch) { IsBackground = true, Name = "loads libtorch" }.Start();
        using var child = new RankChild(fromWorker, toWorker, GangExchange.Join, time, leave);
        child.Run();
    }

    private static void LoadTorch()
    {
        try
        {
            TorchRuntime.Initialize();
        }
        catch (TorchUnavailableException)
        {
            // The training meets it again, and tells the worker.
        }
    }
}
