using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training.Overlap;

/// <summary>Whole trainings of several ranks, compared by their bytes.</summary>
internal sealed class OverlappedTrainingTests
{
    private static readonly PruningOptions Cubic = new()
    {
        Method = PruningMethod.GradualCubic,
        Sparsity = 0.8,
        Interval = 2,
        StartEpoch = 0.25,
        EndEpoch = 1.5,
    };

    private static readonly PruningOptions Threshold = new()
    {
        Method = PruningMethod.GradualThreshold,
        Sparsity = 0.7,
        Quantile = 0.2,
        Interval = 3,
        StartEpoch = 0.25,
        RampEpoch = 0.5,
        EndEpoch = 1.5,
    };

    private static readonly TrialConfiguration[] Variants =
    [
        Of(new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 12 }, OptimizerKind.Adam, clipNorm: 1, new PruningOptions()),
        Of(new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 11, Layers = 3 }, OptimizerKind.Adam, clipNorm: 0, Cubic),
        Of(
            new NetworkOptions { Kind = NetworkKind.Lstm, HiddenSize = 9, Layers = 2, Bidirectional = true, Dropout = 0.2 },
            OptimizerKind.Adamw,
            clipNorm: 0.5,
            Cubic),
        Of(
            new NetworkOptions
            {
                Kind = NetworkKind.Rnn,
                HiddenSize = 14,
                Layers = 2,
                Bidirectional = true,
                Normalization = Orchestrator.Models.Networks.Normalization.Layer,
            },
            OptimizerKind.Sgd,
            clipNorm: 0,
            Cubic with { Method = PruningMethod.Random }),
        Of(new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 10, Bidirectional = true }, OptimizerKind.Adam, clipNorm: 0, Threshold),
        Of(
            new NetworkOptions { Kind = NetworkKind.Lstm, HiddenSize = 10 },
            OptimizerKind.Sgd,
            clipNorm: 1,
            new PruningOptions { Method = PruningMethod.OneShot, Sparsity = 0.9, AtEpoch = 0.5, Scope = PruningScope.Global }),
    ];

    private static readonly string[] Names =
    [
        "gru, adam, clipped, dense",
        "gru of 3 layers, adam, cubic",
        "lstm both ways, adamw, dropout, clipped, cubic",
        "rnn both ways, momentum, normalized, random",
        "gru both ways, adam, threshold",
        "lstm, momentum, clipped, one-shot",
    ];

    private static IEnumerable<TestCaseData> Named =>
        from ranks in new[] { 2, 4 }
        from variant in Variants.Zip(Names)
        select new TestCaseData(variant.First, ranks).SetArgDisplayNames(variant.Second, $"{ranks} ranks");

    [TestCaseSource(nameof(Named))]
    public void Overlap_changes_no_bit(TrialConfiguration configuration, int ranks)
    {
        Trained with = Train(configuration, ranks, isRing: true);

        Trained without = Train(WithExchange(configuration, exchange => exchange with { Overlap = false }), ranks, isRing: true);

        AssertSame(without, with);
        Assert.That(with.File, Is.EqualTo(without.File), "the files say nothing of the overlap");
    }

    [TestCaseSource(nameof(Named))]
    public void Leaving_masked_gradients_out_of_the_exchange_changes_no_bit(TrialConfiguration configuration, int ranks)
    {
        // A ring of two adds a + b or b + a; with more ranks the order of the ranks makes sums independent of places.
        bool isRing = ranks == 2;
        Trained survivors = Train(configuration, ranks, isRing);

        Trained all = Train(WithExchange(configuration, exchange => exchange with { Masked = false }), ranks, isRing);

        AssertSame(all, survivors);
        Assert.That(
            survivors.Bytes, configuration.Pruning.Method == PruningMethod.None ? Is.EqualTo(all.Bytes) : Is.LessThan(all.Bytes));
    }

    [Test]
    public void A_training_goes_on_with_the_overlap_changed_to_the_same_bits([Values] bool overlapsFirst, [Values(1, 2, 4)] int variant)
    {
        TrialConfiguration first = WithExchange(Variants[variant], exchange => exchange with { Overlap = overlapsFirst });
        TrialConfiguration then = WithExchange(Variants[variant], exchange => exchange with { Overlap = !overlapsFirst });
        Trained straight = Train(first, ranks: 2, isRing: true);
        string folder = Trials.Folder();
        using var stop = new CancellationTokenSource();

        TrialOutcome[] stopped = Run(first, folder, [new Recorder { AfterStep = step => CancelAt(step, 6, stop) }, new Recorder()], stop.Token);
        Recorder[] recorders = [new(), new()];
        TrialOutcome[] outcomes = Run(then, folder, recorders, CancellationToken.None);

        Assert.That(stopped, Is.All.InstanceOf<TrialOutcome.Stopped>());
        Assert.That(Trials.Completed(outcomes[0]).Metrics, Is.EqualTo(straight.Result.Metrics));
        Assert.That(recorders[0].Points, Is.EqualTo(straight.Recorder.Points));
        Assert.That(ReadWeights(folder), Is.EqualTo(straight.File));
    }

    [Test]
    public void Ranks_stop_together_after_the_step_in_which_one_was_asked_to([Values] bool overlap)
    {
        TrialConfiguration configuration = WithExchange(Variants[1], exchange => exchange with { Overlap = overlap });
        using var stop = new CancellationTokenSource();
        using var exchange = new ThreadExchange(2);
        var outcomes = new TrialOutcome[2];
        string folder = Trials.Folder();
        Thread[] threads =
        [
            new(() => outcomes[0] = TrainingLoop.Run(Rank(configuration, folder, exchange, 0, new Recorder()), CancellationToken.None)),
            new(() => outcomes[1] = TrainingLoop.Run(
                Rank(configuration, folder, exchange, 1, new Recorder { AfterStep = step => CancelAt(step, 4, stop) }), stop.Token)),
        ];

        StartAndJoin(threads);

        Assert.That(outcomes, Is.All.EqualTo(new TrialOutcome.Stopped(5)));
    }

    [Test]
    public void A_divergence_ends_all_ranks_at_the_same_step_with_and_without_overlap([Values(0, 1)] double clipNorm)
    {
        TrialConfiguration configuration = Variants[3] with
        {
            Optimizer = new OptimizerOptions { Kind = OptimizerKind.Sgd, LearningRate = 100, ClipNorm = clipNorm * 1000 },
            Training = Variants[3].Training with { DivergenceLoss = 1000 },
        };

        TrialOutcome[][] outcomes =
        [
            Run(configuration, Trials.Folder(), [new Recorder(), new Recorder()], CancellationToken.None),
            Run(
                WithExchange(configuration, exchange => exchange with { Overlap = false }),
                Trials.Folder(),
                [new Recorder(), new Recorder()],
                CancellationToken.None),
        ];

        TrialOutcome.Diverged[] diverged = [.. outcomes.SelectMany(all => all).Cast<TrialOutcome.Diverged>()];
        Assert.That(diverged.Select(outcome => (outcome.Step, outcome.Loss)).Distinct().ToArray(), Has.Length.EqualTo(1));
        Assert.That(diverged[0].Step, Is.GreaterThan(1));
    }

    [Test]
    public void A_failing_exchange_ends_each_rank_with_its_own_exception([Values] bool overlap, [Values(1, 2, 5, 40)] int operation)
    {
        var failure = new TimeoutException("The wire broke.");
        Exception?[] failures = Failures(overlap, (rank, call) =>
        {
            if (rank == 1 && call == operation)
            {
                throw failure;
            }
        });

        Assert.That(failures[1], Is.SameAs(failure));
        Assert.That(failures[0], Is.TypeOf<PeerLostException>());
    }

    [Test]
    public void A_cancelled_exchange_is_told_as_a_cancellation([Values] bool overlap)
    {
        using var abort = new CancellationTokenSource();
        abort.Cancel();

        Exception?[] failures = Failures(overlap, (rank, call) =>
        {
            if (rank == 0 && call == 7)
            {
                abort.Token.ThrowIfCancellationRequested();
            }
        });

        Assert.That(failures[0], Is.TypeOf<OperationCanceledException>());
        Assert.That(((OperationCanceledException)failures[0]!).CancellationToken, Is.EqualTo(abort.Token));
        Assert.That(failures[1], Is.TypeOf<PeerLostException>());
    }

    [Test]
    public void A_rank_that_dies_between_steps_takes_its_communication_thread_with_it()
    {
        using var exchange = new ThreadExchange(2);
        string folder = Trials.Folder();
        var dies = new Recorder { AfterStep = step => DieAt(step, 3) };

        Exception?[] failures = RunAborting(Variants[1], folder, exchange, [dies, new Recorder()]);

        Assert.That(failures[0], Is.TypeOf<InvalidOperationException>().With.Message.EqualTo("Killed here."));
        Assert.That(failures[1], Is.TypeOf<PeerLostException>());
    }

    [Test]
    public void One_rank_uses_no_other_thread_and_no_exchange()
    {
        using var exchange = new ThreadExchange();

        _ = Trials.OnThread(Trials.Run(Variants[1], Trials.Folder()) with { Exchange = exchange.Of(0) });

        Assert.That(exchange.Calls, Is.Empty);
    }

    [Test]
    public void The_communication_thread_exchanges_gradients_and_the_training_thread_the_rest()
    {
        using var exchange = new ThreadExchange(2);

        _ = Trials.OnThreads([.. Enumerable.Range(0, 2).Select(rank => Rank(Variants[1], Trials.Folder(), exchange, rank, new Recorder()))]);

        Assert.That(exchange.Threads, Has.Count.EqualTo(2));
    }

    private static TrialConfiguration Of(NetworkOptions network, OptimizerKind optimizer, double clipNorm, PruningOptions pruning) =>
        Trials.Configuration with
        {
            Network = network,
            Optimizer = new OptimizerOptions
            {
                Kind = optimizer,
                LearningRate = optimizer == OptimizerKind.Sgd ? 0.05 : 0.01,
                Momentum = optimizer == OptimizerKind.Sgd ? 0.9 : 0,
                WeightDecay = 0.01,
                ClipNorm = clipNorm,
            },
            Training = Trials.Configuration.Training with { Exchange = new ExchangeOptions { BucketBytes = 4096 } },
            Pruning = pruning,
        };

    private static TrialConfiguration WithExchange(TrialConfiguration configuration, Func<ExchangeOptions, ExchangeOptions> change) =>
        configuration with
        {
            Training = configuration.Training with { Exchange = change(configuration.Training.Exchange) },
        };

    private static Trained Train(TrialConfiguration configuration, int ranks, bool isRing)
    {
        using var exchange = new ThreadExchange(ranks, isRing);
        string folder = Trials.Folder();
        Recorder[] recorders = [.. Enumerable.Range(0, ranks).Select(_ => new Recorder())];
        TrialOutcome[] outcomes = Trials.OnThreads(
            [.. recorders.Select((recorder, rank) => Rank(configuration, folder, exchange, rank, recorder))]);
        Assert.That(outcomes.Select(outcome => Trials.Completed(outcome).WeightsSha256).Distinct().Count(), Is.EqualTo(1));
        long bytes = exchange.Calls.Where(call => call.Type == typeof(float)).Sum(call => (long)call.Bytes);
        return new Trained(Trials.Completed(outcomes[0]), recorders[0], ReadWeights(folder), bytes);
    }

    private static TrialOutcome[] Run(TrialConfiguration configuration, string folder, Recorder[] recorders, CancellationToken stop)
    {
        using var exchange = new ThreadExchange(recorders.Length, isRing: true);
        return Trials.OnThreads([.. recorders.Select((recorder, rank) => Rank(configuration, folder, exchange, rank, recorder))], stop);
    }

    private static TrialRun Rank(TrialConfiguration configuration, string folder, ThreadExchange exchange, int rank, Recorder recorder) =>
        Trials.Run(configuration, folder) with { Exchange = exchange.Of(rank), Observer = recorder };

    private static Exception?[] Failures(bool overlap, Action<int, int> before)
    {
        using var exchange = new ThreadExchange(2) { Before = before };
        return RunAborting(
            WithExchange(Variants[1], options => options with { Overlap = overlap }),
            Trials.Folder(),
            exchange,
            [new Recorder(), new Recorder()]);
    }

    /// <summary>As a worker does: a rank that fails ends the exchange for all.</summary>
    private static Exception?[] RunAborting(TrialConfiguration configuration, string folder, ThreadExchange exchange, Recorder[] recorders)
    {
        var failures = new Exception?[recorders.Length];
        StartAndJoin([.. recorders.Select((recorder, rank) => new Thread(() =>
        {
            try
            {
                _ = TrainingLoop.Run(Rank(configuration, folder, exchange, rank, recorder), CancellationToken.None);
            }
            catch (Exception exception)
            {
                failures[rank] = exception;
                exchange.Abort();
            }
        }))]);
        return failures;
    }

    private static void StartAndJoin(Thread[] threads)
    {
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            Assert.That(thread.Join(TimeSpan.FromSeconds(60)), Is.True, "no rank hangs");
        }
    }

    private static void AssertSame(Trained expected, Trained actual)
    {
        Assert.That(actual.Recorder.Losses, Is.EqualTo(expected.Recorder.Losses));
        Assert.That(actual.Recorder.Points, Is.EqualTo(expected.Recorder.Points));
        Assert.That(actual.Recorder.Masks, Is.EqualTo(expected.Recorder.Masks));
        Assert.That(actual.Result.Metrics, Is.EqualTo(expected.Result.Metrics));
        Assert.That(actual.Tensors, Is.EqualTo(expected.Tensors));
    }

    private static byte[] ReadWeights(string folder) => File.ReadAllBytes(Path.Combine(folder, "weights.safetensors"));

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

    private sealed record Trained(TrialResult Result, Recorder Recorder, byte[] File, long Bytes)
    {
        /// <summary>The file without its header, which names the configuration.</summary>
        public byte[] Tensors => File[(sizeof(long) + (int)BitConverter.ToInt64(File))..];
    }
}
