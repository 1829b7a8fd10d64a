using System.Collections.Concurrent;
using Akka.Configuration;
using Microsoft.Data.Sqlite;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Hosting;
using Orchestrator.Actors.Pruning;
using Orchestrator.Actors.Workers;
using Orchestrator.Actors.Workers.Processes;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Workers.Processes;

/// <summary>
/// A whole sweep whose ranks are behind pipes and find each other through the coordinator; all but the processes and the
/// transports between them is real.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GangOfProcessesTests : IDisposable
{
    private const int WorldSize = 3;

    private readonly string _runs = Directory.CreateTempSubdirectory("gang-of-processes").FullName;
    private readonly LocalRingRendezvous _rings = new();
    private readonly ConcurrentQueue<(int Rank, string Addresses)> _found = [];

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_runs, recursive: true);
    }

    [Test]
    public async Task A_gang_of_processes_finds_itself_and_trains_to_the_bits_of_a_gang_of_threads()
    {
        using RunStore threads = Store("threads");
        using RunStore processes = Store("processes");

        SweepOutcome inProcess = await Run(threads, Here(threads));
        SweepOutcome outcome = await Run(processes, InProcesses(processes, () => PipedProcess.OfRank(Join)));

        Assert.That((inProcess.Succeeded, outcome.Succeeded), Is.EqualTo((2, 2)), () => Reasons(processes));
        Assert.That(_found.Select(found => found.Addresses), Is.All.EqualTo("rank 0, rank 1, rank 2").And.Exactly(2 * WorldSize).Items);
        foreach (Trial trial in threads.Plan.Trials)
        {
            Assert.That(processes.ResultOf(trial.Id)!.Result!.WeightsSha256, Is.EqualTo(threads.ResultOf(trial.Id)!.Result!.WeightsSha256));
            Assert.That(Repeatable(processes, trial.Id), Is.EqualTo(Repeatable(threads, trial.Id)).And.Not.Empty);
        }
    }

    [Test]
    public async Task A_process_that_is_killed_takes_its_gang_along_but_not_the_worker_and_the_trial_is_tried_again()
    {
        using RunStore threads = Store("threads");
        using RunStore processes = Store("processes");
        int started = 0;
        IRankProcess StartOrDie() => Interlocked.Increment(ref started) == 2
            ? new PipedProcess(_ => 128 + 9)
            : PipedProcess.OfRank(Join);

        await Run(threads, Here(threads));
        SweepOutcome outcome = await Run(processes, InProcesses(processes, StartOrDie));

        Assert.That(outcome.Succeeded, Is.EqualTo(2), () => Reasons(processes));
        Assert.That(processes.Results().Values.Select(result => result.Attempts), Is.EquivalentTo(new[] { 1, 2 }));
        Assert.That(
            processes.Plan.Trials.Select(trial => processes.ResultOf(trial.Id)!.Result!.WeightsSha256),
            Is.EqualTo(threads.Plan.Trials.Select(trial => threads.ResultOf(trial.Id)!.Result!.WeightsSha256)));
    }

    /// <summary>The transports are tested where they are; here the ranks must have found each other first.</summary>
    private IGradientExchange Join(RankProcessAssignment assignment, CommunicatorOptions options, IRendezvous rendezvous, CancellationToken abort)
    {
        WorkerProtocol.RankAssignment rank = assignment.Rank;
        var member = new RingMember(rank.Trial, rank.Token, rank.Rank, rank.WorldSize);
        IReadOnlyList<string> all = rendezvous.Exchange(member, $"rank {rank.Rank}", TimeSpan.FromSeconds(20), abort);
        _found.Enqueue((rank.Rank, string.Join(", ", all)));
        return _rings.Join(rank.Trial, rank.Token, rank.Rank, rank.WorldSize, options, abort);
    }

    private static TrainingRankRunner Here(RunStore store) =>
        new(store, DataRoot.None, new LocalRingRendezvous(), TimeProvider.System);

    private static ChildProcessRankRunner InProcesses(RunStore store, Func<IRankProcess> start) => new(
        new ChildProcessOptions
        {
            RunDirectory = store.Directory,
            Data = DataRoot.None,
            Transport = GangTransport.Tcp,
            StepInterval = TimeSpan.Zero,
            Start = start,
            Time = TimeProvider.System,
        },
        Here(store));

    private static async Task<SweepOutcome> Run(RunStore store, IRankRunner runner)
    {
        var environment = new RunEnvironment([], []);
        store.RecordEnvironment(environment);
        var options = new SweepHostOptions { Slots = WorldSize, Data = DataRoot.None, Environment = environment };
        Config config = SweepHost.ConfigurationFor(store, hoconDirectory: null);
        SweepSetup setup = SweepHost.SetupFor(
            store, options, new Progress<SweepProgress>(), config, new StoredPrograms(store), runner);
        return await SweepHost.RunAsync(setup, config, CancellationToken.None);
    }

    private RunStore Store(string name)
    {
        var configuration = new TrialConfiguration
        {
            Data = new SyntheticDigitsOptions { BatchSize = 12, TrainCount = 48, ValidationCount = 12, TestCount = 12 },
            Network = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 8 },
            Training = new TrainingOptions { Epochs = 2, WorldSize = WorldSize },
        };
        return RunStore.CreateOrOpen(Path.Combine(_runs, name), Plans.Of(2, like: configuration), "{}");
    }

    private static IEnumerable<StoredMetric> Repeatable(RunStore store, string trial) =>
        store.MetricsOf(trial).Where(metric => !metric.Name.StartsWith("clock/", StringComparison.Ordinal));

    private static string Reasons(RunStore store) =>
        string.Join(Environment.NewLine, store.Results().Values.Select(result => $"{result.TrialId}: {result.Reason}"));
}
