using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence.Sql;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Metrics;
using Orchestrator.Actors.Pruning;
using Orchestrator.Actors.Workers;
using Orchestrator.Actors.Workers.Processes;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;

namespace Orchestrator.Actors.Hosting;

/// <summary>Runs a sweep in this process: the way in for everybody who knows nothing of actors.</summary>
public static class SweepHost
{
    /// <summary>
    /// Runs the trials of a run store that have no end yet, until all have one or the sweep is stopped. On return no thread
    /// and no actor of it is left, and everything that the progress showed as ended is on disk.
    /// </summary>
    /// <param name="store">Open for writing. A store of an earlier run that was stopped, or killed, goes on where that ended.</param>
    /// <param name="progress">Called from an actor's thread, a few times a second at most.</param>
    /// <param name="stop">Running trials stop at their next step and leave a checkpoint.</param>
    /// <exception cref="BadInputException">A trial needs more slots than there are, or the configuration of the actors is wrong.</exception>
    /// <exception cref="RunStoreException">The disk is full or failing.</exception>
    /// <exception cref="SweepBrokenException">A part of the orchestration broke.</exception>
    public static async Task<SweepOutcome> RunAsync(
        RunStore store, SweepHostOptions options, IProgress<SweepProgress> progress, CancellationToken stop)
    {
        CheckSlots(store.Plan, options.Slots);
        store.RecordEnvironment(options.Environment);
        Config config = ConfigurationFor(store, options.HoconDirectory);
        IRankRunner runner = RunnerFor(store, options, ActorSettings.Read(config));
        SweepSetup setup = SetupFor(store, options, progress, config, new StoredPrograms(store), runner);
        try
        {
            return await RunAsync(setup, config, stop);
        }
        finally
        {
            Journal.Close(store);
        }
    }

    /// <summary>The same with other ranks, for tests and benchmarks.</summary>
    internal static async Task<SweepOutcome> RunAsync(SweepSetup setup, Config config, CancellationToken stop)
    {
        var completion = new TaskCompletionSource<SweepOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorSystem? system = null;
        try
        {
            system = ActorSystem.Create("orchestrator", config);
            IActorRef sweep = system.ActorOf(SweepSupervisor.PropsFor(setup, completion), "sweep");
            await using CancellationTokenRegistration registration =
                stop.Register(() => sweep.Tell(SweepSupervisor.StopSweep.Instance, ActorRefs.NoSender));
            return await completion.Task;
        }
        finally
        {
            if (system is not null)
                await system.Terminate();
            foreach (RankThread thread in setup.Threads)
                thread.Dispose();
            await Task.WhenAll(setup.Threads.Select(thread => thread.Ended));
        }
    }

    internal static SweepSetup SetupFor(
        RunStore store,
        SweepHostOptions options,
        IProgress<SweepProgress> progress,
        Config config,
        IPruningPrograms programs,
        IRankRunner runner) => new()
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

    private static IRankRunner RunnerFor(RunStore store, SweepHostOptions options, ActorSettings settings)
    {
        var inProcess = new TrainingRankRunner(store, options.Data, new LocalRingRendezvous(), options.Time);
        if (options.Transport == GangTransport.InProcess)
            return inProcess;
        RankCommand command = options.RankCommand ?? RankCommand.OfThisProgram();
        var children = new ChildProcessOptions
        {
            RunDirectory = store.Directory,
            Data = options.Data,
            Transport = options.Transport,
            StepInterval = settings.StepInterval,
            Start = command.Start,
            Time = options.Time,
        };
        return new ChildProcessRankRunner(children, inProcess);
    }

    /// <summary>Prepares the journal, and says where it is.</summary>
    internal static Config ConfigurationFor(RunStore store, string? hoconDirectory)
    {
        Journal.Prepare(store);
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

    private static void CheckSlots(Plan plan, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        int needed = plan.Cells.Max(cell => cell.Configuration.Training.WorldSize);
        if (needed > slots)
        {
            string message = $"`training.worldSize` is {needed}, but there are {slots} slots here. Give `--slots {needed}`, or lower it.";
            throw new BadInputException([new InputError("plan.json", 0, 0, "training.worldSize", message)]);
        }
    }
}
