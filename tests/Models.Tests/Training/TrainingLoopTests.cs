using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

internal sealed class TrainingLoopTests
{
    private static readonly PruningOptions Cubic = new()
    {
        Method = PruningMethod.GradualCubic,
        Sparsity = 0.8,
        Interval = 2,
        StartEpoch = 0.5,
        EndEpoch = 1.5,
    };

    private static readonly TrialConfiguration[] Variants =
    [
        Trials.Configuration,
        Trials.Configuration with { Pruning = Cubic },
        Trials.Configuration with
        {
            Network = new NetworkOptions { Kind = NetworkKind.Lstm, HiddenSize = 9, Layers = 2, Dropout = 0.3 },
            Optimizer = new OptimizerOptions { Kind = OptimizerKind.Adamw, LearningRate = 0.01, WeightDecay = 0.1 },
            Pruning = Cubic,
        },
        Trials.Configuration with
        {
            Network = new NetworkOptions
            {
                Kind = NetworkKind.Rnn,
                Activation = Activation.ClippedRelu,
                HiddenSize = 10,
                Layers = 2,
                Bidirectional = true,
                Dropout = 0.2,
                Normalization = Orchestrator.Models.Networks.Normalization.Batch,
            },
            Optimizer = new OptimizerOptions
            {
                Kind = OptimizerKind.Sgd,
                LearningRate = 0.05,
                Momentum = 0.9,
                Nesterov = true,
                Schedule = new LearningRateSchedule { Kind = LearningRateDecay.Cosine, WarmupSteps = 3 },
            },
            Pruning = Cubic with { Method = PruningMethod.Random },
        },
        Trials.Configuration with
        {
            Optimizer = new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 0.05 },
            Training = new TrainingOptions { Epochs = 2, CheckpointEverySteps = 4, EvaluateEveryEpochs = 2 },
            Pruning = new PruningOptions { Method = PruningMethod.OneShot, Sparsity = 0.5, FineTuneEpochs = 0 },
        },
    ];

    private static readonly string[] Names =
    [
        "gru, dense",
        "gru, cubic",
        "lstm, dropout, adamw, cubic",
        "clipped rnn, both directions, batch norm, momentum, random mask",
        "gru, sgd, one-shot at the end",
    ];

    private static IEnumerable<TestCaseData> Named =>
        Variants.Zip(Names, (variant, name) => new TestCaseData(variant).SetArgDisplayNames(name));

    [Test]
    public void A_trial_learns()
    {
        TrialConfiguration configuration = Trials.Configuration with
        {
            Data = new SyntheticDigitsOptions
            {
                TrainCount = 256,
                ValidationCount = 32,
                TestCount = 32,
                DigitsMax = 2,
                DigitsMin = 1,
                Bands = 12,
                BatchSize = 16,
                Voices = 2,
                Noise = 0.1,
            },
            Network = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 32, Bidirectional = true },
            Training = new TrainingOptions { Epochs = 8 },
        };
        var observer = new Recorder();

        TrialResult result = Trials.Completed(
            Trials.OnThread(Trials.Run(configuration, Trials.Folder()) with { Observer = observer }));

        Assert.That(observer.Losses.TakeLast(8).Average(), Is.LessThan(observer.Losses.Take(8).Average() / 4));
        Assert.That(result.Metrics["test/label-error-rate"], Is.LessThan(0.35));
    }

    [Test]
    public void Metrics_have_the_names_and_steps_that_reports_expect()
    {
        var observer = new Recorder();

        _ = Trials.OnThread(Trials.Run(Variants[1], Trials.Folder()) with { Observer = observer });

        Assert.That(observer.Told.Select(point => (point.Name, point.Step)), Is.Unique);
        Assert.That(observer.Points.Where(point => point.Step == 12).Select(point => point.Name), Is.EquivalentTo(new[]
        {
            "train/loss", "train/gradient-norm", "train/learning-rate",
            "validation/loss", "validation/label-error-rate", "validation/sequence-error-rate",
            "test/loss", "test/label-error-rate", "test/sequence-error-rate",
        }));
        Assert.That(observer.Points.Where(point => point.Step == 9).Select(point => point.Name), Is.EquivalentTo(new[]
        {
            "sparsity/overall", "sparsity/layer0.forward.input", "sparsity/layer0.forward.recurrent",
        }));
        Assert.That(observer.Points.Where(point => point.Name == "train/loss").Select(point => point.Epoch), Is.EqualTo(new[] { 1.0, 2.0 }));
        Assert.That(
            observer.Points.First(point => point.Name == "train/loss").Value,
            Is.EqualTo(observer.Losses.Take(6).Average()).Within(1e-12));
    }

    [TestCaseSource(nameof(Named))]
    public void Two_runs_at_the_same_time_give_the_bytes_of_one_alone(TrialConfiguration configuration)
    {
        string alone = Trials.Folder();
        var observer = new Recorder();
        TrialResult result = Trials.Completed(Trials.OnThread(Trials.Run(configuration, alone) with { Observer = observer }));
        Recorder[] observers = [new(), new()];
        string[] folders = [Trials.Folder(), Trials.Folder()];

        TrialOutcome[] outcomes = Trials.OnThreads(
            [.. folders.Zip(observers, (folder, recorder) => Trials.Run(configuration, folder) with { Observer = recorder })]);

        for (int index = 0; index < 2; index++)
        {
            AssertSame(result, Trials.Completed(outcomes[index]), alone, folders[index]);
            Assert.That(observers[index].Points, Is.EqualTo(observer.Points));
            Assert.That(observers[index].Masks, Is.EqualTo(observer.Masks));
        }
    }

    [TestCaseSource(nameof(Named))]
    public void A_run_stopped_at_any_step_and_resumed_gives_the_bytes_of_one_that_was_not(TrialConfiguration configuration)
    {
        string straight = Trials.Folder();
        var observer = new Recorder();
        TrialResult result = Trials.Completed(Trials.OnThread(Trials.Run(configuration, straight) with { Observer = observer }));

        for (long stopAt = 1; stopAt <= 12; stopAt++)
        {
            string folder = Trials.Folder();
            using var stop = new CancellationTokenSource();
            long last = stopAt;
            var first = new Recorder { AfterStep = step => CancelAt(step, last - 1, stop) };
            if (stopAt == 1)
            {
                stop.Cancel();
            }

            TrialOutcome stopped = Trials.OnThread(Trials.Run(configuration, folder) with { Observer = first }, stop.Token);
            var second = new Recorder();
            TrialOutcome resumed = Trials.OnThread(Trials.Run(configuration, folder) with { Observer = second });

            Assert.That(stopped, Is.EqualTo(new TrialOutcome.Stopped(stopAt)));
            Assert.That(second.Losses, Has.Count.EqualTo(12 - stopAt));
            AssertSame(result, Trials.Completed(resumed), straight, folder);
            Assert.That(second.Points, Is.EqualTo(observer.Points), "all points come again, with equal values");
        }
    }

    [Test]
    public void A_run_that_died_resumes_from_its_last_checkpoint_to_the_same_bytes()
    {
        TrialConfiguration configuration = Variants[2];
        string straight = Trials.Folder();
        TrialResult result = Trials.Completed(Trials.OnThread(Trials.Run(configuration, straight)));
        string folder = Trials.Folder();
        var dies = new Recorder { AfterStep = step => DieAt(step, 10) };

        Assert.That(
            () => Trials.OnThread(Trials.Run(configuration, folder) with { Observer = dies }),
            Throws.InvalidOperationException);
        var second = new Recorder();
        TrialOutcome resumed = Trials.OnThread(Trials.Run(configuration, folder) with { Observer = second });

        Assert.That(second.Losses, Has.Count.EqualTo(6), "the checkpoint was at the end of the first epoch");
        AssertSame(result, Trials.Completed(resumed), straight, folder);
    }

    [Test]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before()
    {
        TrialConfiguration configuration = Variants[4];
        string straight = Trials.Folder();
        TrialResult result = Trials.Completed(Trials.OnThread(Trials.Run(configuration, straight)));
        string folder = Trials.Folder();
        Assert.That(
            () => Trials.OnThread(
                Trials.Run(configuration, folder) with { Observer = new Recorder { AfterStep = step => DieAt(step, 10) } }),
            Throws.InvalidOperationException);
        string newest = Directory.GetFiles(folder, "checkpoint-*").Order(StringComparer.Ordinal).Last();
        byte[] bytes = File.ReadAllBytes(newest);
        bytes[^20] ^= 1;
        File.WriteAllBytes(newest, bytes);

        var second = new Recorder();
        TrialOutcome resumed = Trials.OnThread(Trials.Run(configuration, folder) with { Observer = second });

        Assert.That(Path.GetFileName(newest), Is.EqualTo("checkpoint-000000000008.safetensors"));
        Assert.That(second.Losses, Has.Count.EqualTo(8));
        AssertSame(result, Trials.Completed(resumed), straight, folder);
    }

    [Test]
    public void A_checkpoint_of_another_configuration_is_refused()
    {
        string folder = Trials.Folder();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        _ = Trials.OnThread(Trials.Run(Trials.Configuration, folder), stop.Token);

        TrialRun other = Trials.Run(Trials.Configuration, folder) with { Seed = 4 };

        Assert.That(() => TrainingLoop.Run(other, CancellationToken.None), Throws.TypeOf<CheckpointException>());
    }

    [TestCase(1, 2)]
    [TestCase(1, 4)]
    [TestCase(2, 2)]
    [TestCase(4, 2)]
    public void Ranks_with_shares_of_the_batch_train_as_one_rank_with_all_of_it(int variant, int ranks)
    {
        TrialConfiguration configuration = Variants[variant] with
        {
            Training = Variants[variant].Training with { Exchange = new ExchangeOptions { BucketBytes = 4096 } },
        };
        string alone = Trials.Folder();
        var observer = new Recorder();
        _ = Trials.OnThread(Trials.Run(configuration, alone) with { Observer = observer });
        var exchange = new ThreadExchange(ranks);
        Recorder[] observers = [.. Enumerable.Range(0, ranks).Select(_ => new Recorder())];
        string folder = Trials.Folder();

        TrialOutcome[] outcomes = Trials.OnThreads([.. observers.Select((recorder, rank) =>
            Trials.Run(configuration, folder) with { Exchange = exchange.Of(rank), Observer = recorder })]);

        Assert.That(observers[0].Losses, Is.EqualTo(observer.Losses).Within(2e-4).Percent);
        float[] expected = WeightsIn(alone);
        float[] actual = WeightsIn(folder);
        Assert.That(
            actual.Zip(expected, (one, other) => Math.Abs(one - (double)other)).Average(), Is.LessThan(2e-5), "mean difference");
        for (int rank = 1; rank < ranks; rank++)
        {
            Assert.That(observers[rank].Masks, Is.EqualTo(observers[0].Masks), "masks");
            Assert.That(observers[rank].Points, Is.EqualTo(observers[0].Points), "points");
            TrialResult first = Trials.Completed(outcomes[0]);
            Assert.That(Trials.Completed(outcomes[rank]).WeightsSha256, Is.EqualTo(first.WeightsSha256));
        }
    }

    [Test]
    public void All_ranks_stop_at_the_step_at_which_one_was_asked_to()
    {
        var exchange = new ThreadExchange(2);
        string folder = Trials.Folder();
        using var stop = new CancellationTokenSource();
        TrialRun asked = Trials.Run(Trials.Configuration, folder) with
        {
            Exchange = exchange.Of(1),
            Observer = new Recorder { AfterStep = step => CancelAt(step, 3, stop) },
        };
        TrialRun other = asked with { Exchange = exchange.Of(0), Observer = new Recorder() };
        TrialOutcome? outcome = null;
        var thread = new Thread(() => outcome = TrainingLoop.Run(asked, stop.Token));

        thread.Start();
        TrialOutcome first = TrainingLoop.Run(other, CancellationToken.None);
        thread.Join();

        Assert.That(first, Is.EqualTo(new TrialOutcome.Stopped(4)));
        Assert.That(outcome, Is.EqualTo(first));
    }

    [Test]
    public void Ranks_resume_together_to_the_bytes_of_an_undisturbed_gang()
    {
        TrialConfiguration configuration = Variants[2];
        string straight = Trials.Folder();
        var exchange = new ThreadExchange(2);
        TrialResult result = Trials.Completed(Trials.OnThreads([.. Ranks(straight, exchange, new Recorder())])[0]);
        string folder = Trials.Folder();
        using var stop = new CancellationTokenSource();
        _ = Trials.OnThreads(
            [.. Ranks(folder, new ThreadExchange(2), new Recorder { AfterStep = step => CancelAt(step, 7, stop) })], stop.Token);

        TrialOutcome[] resumed = Trials.OnThreads([.. Ranks(folder, new ThreadExchange(2), new Recorder())]);

        AssertSame(result, Trials.Completed(resumed[0]), straight, folder);
        AssertSame(result, Trials.Completed(resumed[1]), straight, folder);

        IEnumerable<TrialRun> Ranks(string directory, ThreadExchange ranks, Recorder first) =>
            Enumerable.Range(0, 2).Select(rank => Trials.Run(configuration, directory) with
            {
                Exchange = ranks.Of(rank),
                Observer = rank == 0 ? first : new Recorder(),
            });
    }

    [Test]
    public void A_loss_beyond_the_limit_ends_the_trial_as_diverged()
    {
        TrialConfiguration configuration = Trials.Configuration with
        {
            Optimizer = new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 1e5, ClipNorm = 0 },
            Network = new NetworkOptions { Kind = NetworkKind.Rnn, Activation = Activation.Relu, HiddenSize = 16 },
        };
        string folder = Trials.Folder();

        TrialOutcome outcome = Trials.OnThread(Trials.Run(configuration, folder));

        Assert.That(outcome, Is.TypeOf<TrialOutcome.Diverged>());
        var diverged = (TrialOutcome.Diverged)outcome;
        Assert.That(diverged.Step, Is.EqualTo(diverged.Result.Steps + 1));
        Assert.That(diverged.Result.WeightsFile, Is.Null);
        Assert.That(File.Exists(Path.Combine(folder, "weights.safetensors")), Is.False);
    }

    [TestCaseSource(nameof(Named))]
    public void Weights_are_written_by_name_with_masked_ones_exactly_zero(TrialConfiguration configuration)
    {
        string folder = Trials.Folder();

        TrialResult result = Trials.Completed(Trials.OnThread(Trials.Run(configuration, folder)));

        SafeTensorsContent content = SafeTensors.Read(Path.Combine(folder, result.WeightsFile!));
        IDataSet data = DataSets.Load(configuration.Data, DataRoot.None);
        foreach (ParameterInfo info in NetworkParameters.Of(configuration.Network, data.Shape))
        {
            Assert.That(content.Get(info.Name).AsFloats().Length, Is.EqualTo(info.Count), info.Name);
        }

        foreach (MatrixDensity matrix in result.Densities)
        {
            float[] weights = content.Get(matrix.Name).AsFloats().ToArray();
            double zeros = weights.Count(weight => BitConverter.SingleToInt32Bits(weight) == 0) / (double)weights.Length;
            Assert.That(zeros, Is.EqualTo(1 - matrix.Density).Within(1e-9), matrix.Name);
        }

        Assert.That(content.Metadata["configuration"], Does.Contain("\"kind\":\"synthetic-digits\""));
        Assert.That(new FileInfo(Path.Combine(folder, "weights.compressed")).Length, Is.EqualTo(result.CompressedBytes));
        Assert.That(new FileInfo(Path.Combine(folder, "weights.safetensors")).Length, Is.EqualTo(result.WeightsBytes));
        Assert.That(result.Nonzeros, Is.EqualTo(result.Parameters - result.Densities.Sum(matrix =>
            (long)Math.Round((1 - matrix.Density) * matrix.Rows * matrix.Columns))));
    }

    [Test]
    public void Pruning_after_the_last_step_is_evaluated_as_pruned()
    {
        string folder = Trials.Folder();
        TrialResult pruned = Trials.Completed(Trials.OnThread(Trials.Run(Variants[4], folder)));
        TrialResult dense = Trials.Completed(
            Trials.OnThread(Trials.Run(Variants[4] with { Pruning = new PruningOptions() }, Trials.Folder())));

        Assert.That(pruned.Metrics["sparsity/overall"], Is.EqualTo(0.5).Within(0.01));
        Assert.That(pruned.Metrics["train/loss"], Is.EqualTo(dense.Metrics["train/loss"]));
        Assert.That(pruned.Metrics["test/loss"], Is.Not.EqualTo(dense.Metrics["test/loss"]));
    }

    [Test]
    public void The_limit_of_steps_ends_the_training_within_an_epoch()
    {
        var observer = new Recorder();
        TrialConfiguration configuration = Trials.Configuration with
        {
            Training = new TrainingOptions { Epochs = 100, MaxSteps = 8, EvaluateEveryEpochs = 50 },
        };

        TrialResult result = Trials.Completed(
            Trials.OnThread(Trials.Run(configuration, Trials.Folder()) with { Observer = observer }));

        Assert.That(result.Steps, Is.EqualTo(8));
        Assert.That(observer.Points.Where(point => point.Name == "validation/loss").Select(point => point.Step), Is.EqualTo(new[] { 8L }));
    }

    [Test]
    public void A_batch_that_ranks_cannot_share_is_refused()
    {
        TrialRun run = Trials.Run(Trials.Configuration, Trials.Folder()) with { Exchange = new ThreadExchange(3).Of(0) };

        Assert.That(() => TrainingLoop.Run(run, CancellationToken.None), Throws.ArgumentException);
    }

    private static void AssertSame(TrialResult expected, TrialResult actual, string expectedFolder, string actualFolder)
    {
        Assert.That(actual.Metrics, Is.EqualTo(expected.Metrics));
        Assert.That(actual.WeightsSha256, Is.EqualTo(expected.WeightsSha256));
        Assert.That(actual.Nonzeros, Is.EqualTo(expected.Nonzeros));
        Assert.That(
            File.ReadAllBytes(Path.Combine(actualFolder, "weights.safetensors")),
            Is.EqualTo(File.ReadAllBytes(Path.Combine(expectedFolder, "weights.safetensors"))));
    }

    private static float[] WeightsIn(string folder) =>
        [.. SafeTensors.Read(Path.Combine(folder, "weights.safetensors")).Tensors.SelectMany(tensor => tensor.AsFloats().ToArray())];

    private static void CancelAt(long step, long at, CancellationTokenSource stop)
    {
        if (step == at)
        {
            stop.Cancel();
        }
    }

    private static void DieAt(long step, long at)
    {
        if (step == at)
        {
            throw new InvalidOperationException("Killed here.");
        }
    }
}
