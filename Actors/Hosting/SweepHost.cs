using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Orchestrator.Actors.Metrics;
using Orchestrator.Actors.Pruning;
using Orchestrator.Actors.Workers;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Actors.Hosting;

/// <summary>Runs a sweep in this process: the way in for everybody who knows nothing of actors.</summary>
public static class SweepHost
{
    /// <summary>The same with other ranks, for tests and benchmarks.</summary>
    internal static async Task<SweepOutcome> RunAsync(SweepSetup setup, Config config, CancellationToken stop)
    {
        var completion = new TaskCompletionSource<SweepOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorSystem system = ActorSystem.Create("orchestrator", config);
        try
        {
            IActorRef sweep = system.ActorOf(SweepSupervisor.PropsFor(setup, completion), "sweep");
            await using CancellationTokenRegistration registration =
                stop.Register(() => sweep.Tell(SweepSupervisor.StopSweep.Instance, ActorRefs.NoSender));
            return await completion.Task;
        }
        finally
        {
            await system.Terminate();
            foreach (RankThread thread in setup.Threads)
                thread.Dispose();
            await Task.WhenAll(setup.Threads.Select(thread => thread.Ended));
        }
    }

    internal static SweepSetup SetupFor(
        RunStore store, SweepHostOptions options, IProgress<SweepProgress> progress, Config config, IPruningPrograms programs, IRankRunner runner) => new()
        {
            Plan = store.Plan,
            Store = new RunTrialStore(store),
            Programs = programs,
            Runner = runner,
            Settings = ActorSettings.Read(config),
            EnvironmentId = options.Environment.Id,
            Progress = progress,
            Time = options.Time,
            Place = store.Directory,
            Threads = [.. Enumerable.Range(0, options.Slots).Select(slot => new RankThread($"rank {slot}"))],
        };

    internal static Config ConfigurationFor(RunStore store, string? hoconDirectory)
    {
        string own = $"""
            akka.persistence.journal.sql.connection-string = {Quoted(store.JournalConnectionString)}
            {RunLog.FileKey} = {Quoted(Path.Combine(store.Directory, "log.txt"))}
            """;
        return ConfigurationFactory.ParseString(own)
            .WithFallback(HoconFiles.Load(hoconDirectory, HoconFiles.SingleNode))
            .WithFallback(SqlPersistence.DefaultConfiguration);
    }

    private static string Quoted(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
