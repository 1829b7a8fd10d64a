using Microsoft.Data.Sqlite;
using Orchestrator.Actors.Hosting;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Hosting;

/// <summary>Small real trainings on the real actors, the real ring and the real journal.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TrainingSweepTests : IDisposable
{
    /// <summary>Epochs, of four steps each: many times what trains between two looks at the progress, so that the stop comes in the middle.</summary>
    private const int LongEnoughToStop = 150;

    private readonly string _runs = Directory.CreateTempSubdirectory("training-sweep").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_runs, recursive: true);
    }

    [Test]
    public async Task A_dense_and_a_pruned_trial_of_one_and_of_two_ranks_train_to_the_end()
    {
        using RunStore store = RunStore.CreateOrOpen(_runs, DenseAndPruned(), "{}");

        SweepOutcome outcome = await Run(store);

        Assert.That(outcome, Is.EqualTo(new SweepOutcome(3, 0, 0, 0, Stopped: false)), () => Reasons(store));
        Assert.That(Zeros(store, "pruned"), Is.GreaterThan(0.2));
        Assert.That(Zeros(store, "dense"), Is.LessThan(0.01));
        Assert.That(store.MetricsOf("pruned").Select(metric => metric.Name), Does.Contain("sparsity/overall"));
        Assert.That(Directory.GetFiles(_runs, "checkpoint-*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public async Task Two_ranks_train_as_one_but_for_the_order_of_summation()
    {
        using RunStore store = RunStore.CreateOrOpen(_runs, DenseAndPruned(), "{}");

        await Run(store);

        double[] one = Losses(store, "dense");
        double[] two = Losses(store, "onTwo");
        Assert.That(two, Is.EqualTo(one).Within(1e-4).Percent.Or.EqualTo(one).Within(1e-5));
    }

    [Test]
    public async Task A_sweep_that_is_stopped_and_resumed_gives_the_same_bytes_as_one_that_is_not()
    {
        using RunStore whole = RunStore.CreateOrOpen(Path.Combine(_runs, "whole"), DenseAndPruned(epochs: LongEnoughToStop), "{}");
        await Run(whole);
        using RunStore broken = RunStore.CreateOrOpen(Path.Combine(_runs, "broken"), DenseAndPruned(epochs: LongEnoughToStop), "{}");
        for (int stops = 0; stops < 3; stops++)
        {
            using var stop = new CancellationTokenSource();
            SweepOutcome stopped = await Run(broken, new Stopper(stop), stop.Token);
            Assert.That(stopped.Stopped, Is.True);
        }

        SweepOutcome outcome = await Run(broken);

        Assert.That(outcome.Succeeded, Is.EqualTo(whole.Plan.Trials.Length));
        foreach (Trial trial in whole.Plan.Trials)
        {
            Assert.That(broken.ResultOf(trial.Id)!.Result!.WeightsSha256, Is.EqualTo(whole.ResultOf(trial.Id)!.Result!.WeightsSha256));
            Assert.That(Repeatable(broken, trial.Id), Is.EqualTo(Repeatable(whole, trial.Id)));
        }
    }

    private static Task<SweepOutcome> Run(RunStore store, IProgress<SweepProgress>? progress = null, CancellationToken stop = default) =>
        SweepHost.RunAsync(
            store,
            new SweepHostOptions { Slots = 2, Data = DataRoot.None, Environment = new RunEnvironment([], []) },
            progress ?? new Progress<SweepProgress>(),
            stop);

    private static IEnumerable<StoredMetric> Repeatable(RunStore store, string trial) =>
        store.MetricsOf(trial).Where(metric => !metric.Name.StartsWith("clock/", StringComparison.Ordinal));

    private static double[] Losses(RunStore store, string trial) =>
        [.. store.MetricsOf(trial).Where(metric => metric.Name == "train/loss").Select(metric => metric.Value)];

    private static double Zeros(RunStore store, string trial)
    {
        SafeTensorsContent weights = SafeTensors.Read(Path.Combine(store.TrialDirectory(trial), "weights.safetensors"));
        float[] recurrent = weights.Get("layer0.forward.recurrent").AsFloats().ToArray();
        return recurrent.Count(weight => weight == 0) / (double)recurrent.Length;
    }

    private static string Reasons(RunStore store) =>
        string.Join(Environment.NewLine, store.Results().Values.Select(result => $"{result.TrialId}: {result.Reason}"));

    /// <summary>Trials <c>dense</c>, <c>pruned</c> (with the q of the dense one) and <c>onTwo</c>.</summary>
    private static Plan DenseAndPruned(int epochs = 3)
    {
        TrialConfiguration dense = new()
        {
            Data = new SyntheticDigitsOptions { BatchSize = 12, TrainCount = 48, ValidationCount = 12, TestCount = 12 },
            Network = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 8 },
            Training = new TrainingOptions { Epochs = epochs },
        };
        TrialConfiguration pruned = dense with
        {
            Pruning = new PruningOptions
            {
                Method = PruningMethod.GradualThreshold,
                Sparsity = 0.6,
                Interval = 1,
                StartEpoch = 0.25,
                RampEpoch = 0.75,
                EndEpoch = 2.5,
            },
        };
        TrialConfiguration onTwo = dense with { Training = dense.Training with { WorldSize = 2 } };
        Plan plan = Plans.Of(1, like: dense);
        Cell cell = plan.Cells[0];
        return plan with
        {
            Cells =
            [
                cell,
                cell with { Index = 1, Name = "pruned", Configuration = pruned },
                cell with { Index = 2, Name = "dense on two", Configuration = onTwo },
            ],
            Trials =
            [
                new Trial { Id = "dense", Cell = 0, Seed = 1 },
                new Trial { Id = "pruned", Cell = 1, Seed = 1, QuantileSource = "dense" },
                new Trial { Id = "onTwo", Cell = 2, Seed = 1 },
            ],
        };
    }

    /// <summary>Stops the sweep at the first sign of a training.</summary>
    private sealed class Stopper(CancellationTokenSource stop) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value)
        {
            if (value.Trials.Any(trial => trial is { Step: > 0 } && trial.Step < trial.Steps))
                stop.Cancel();
        }
    }
}
