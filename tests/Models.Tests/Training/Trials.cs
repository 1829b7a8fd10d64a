using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

/// <summary>Small valid trials, of which a test changes what matters to it.</summary>
internal static class Trials
{
    private static readonly SyntheticDigitsOptions Digits = new()
    {
        TrainCount = 48,
        ValidationCount = 10,
        TestCount = 12,
        DigitsMin = 1,
        DigitsMax = 3,
        Bands = 8,
        BatchSize = 8,
    };

    private static readonly Lazy<string> Root = new(() => Directory.CreateTempSubdirectory("orchestrator-trials-").FullName);

    /// <summary>6 steps an epoch.</summary>
    public static TrialConfiguration Configuration { get; } = new()
    {
        Data = Digits,
        Network = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 12 },
        Optimizer = new OptimizerOptions { LearningRate = 0.01 },
        Training = new TrainingOptions { Epochs = 2 },
    };

    public static TrialRun Run(TrialConfiguration configuration, string directory) => new()
    {
        TrialId = "trial",
        Configuration = configuration,
        Seed = 3,
        Data = DataSets.Load(configuration.Data, DataRoot.None),
        Exchange = new ThreadExchange().Of(0),
        Pruning = ProgramOf(configuration),
        Directory = directory,
        Observer = new Recorder(),
        Time = TimeProvider.System,
    };

    public static PruningProgram ProgramOf(TrialConfiguration configuration)
    {
        IDataSet data = DataSets.Load(configuration.Data, DataRoot.None);
        var length = TrainingLength.Of(configuration, data.Train.Count);
        return PruningProgram.Create(
            configuration.Pruning,
            NetworkParameters.Of(configuration.Network, data.Shape),
            PruningSources.None,
            length.StepsPerEpoch,
            configuration.Training.Epochs,
            length.Steps,
            seed: 3);
    }

    /// <summary>On a thread of its own, as workers do.</summary>
    public static TrialOutcome OnThread(TrialRun run, CancellationToken stop = default) => OnThreads([run], stop)[0];

    /// <summary>All at once; a failure of any comes out here.</summary>
    public static TrialOutcome[] OnThreads(TrialRun[] runs, CancellationToken stop = default)
    {
        var outcomes = new TrialOutcome[runs.Length];
        var failures = new Exception?[runs.Length];
        Thread[] threads = [.. Enumerable.Range(0, runs.Length).Select(index => new Thread(() =>
        {
            try
            {
                outcomes[index] = TrainingLoop.Run(runs[index], stop);
            }
            catch (Exception exception)
            {
                failures[index] = exception;
            }
        }))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        return failures.OfType<Exception>().FirstOrDefault() is { } failure
            ? throw new InvalidOperationException("A rank failed.", failure)
            : outcomes;
    }

    public static TrialResult Completed(TrialOutcome outcome) =>
        outcome is TrialOutcome.Completed completed
            ? completed.Result
            : throw new InvalidOperationException($"It ended as {outcome}.");

    /// <summary>A folder of its own, removed when the tests are over.</summary>
    public static string Folder() => Directory.CreateDirectory(Path.Combine(Root.Value, Path.GetRandomFileName())).FullName;

    public static void RemoveFolders()
    {
        if (Root.IsValueCreated)
        {
            Directory.Delete(Root.Value, recursive: true);
        }
    }
}

[SetUpFixture]
internal sealed class TrialFolders
{
    [OneTimeTearDown]
    public void Remove() => Trials.RemoveFolders();
}

/// <summary>Keeps what a training tells.</summary>
internal sealed class Recorder : ITrainingObserver
{
    private readonly List<MetricPoint> _points = [];

    /// <summary>Called after each step, with the number of steps done.</summary>
    public Action<long>? AfterStep { get; init; }

    public List<double> Losses { get; } = [];

    public List<(long Step, string Hash)> Masks { get; } = [];

    /// <summary>Each (name, step) once, the first value, but for what clocks decide.</summary>
    public IEnumerable<MetricPoint> Points => _points
        .Where(point => !point.Name.StartsWith("clock/", StringComparison.Ordinal))
        .DistinctBy(point => (point.Name, point.Step));

    /// <summary>All as told.</summary>
    public IReadOnlyList<MetricPoint> Told => _points;

    public void OnMetrics(IReadOnlyList<MetricPoint> points) => _points.AddRange(points);

    public void OnMasks(long step, string hash) => Masks.Add((step, hash));

    public void OnStep(long step, long steps, int epoch, double loss)
    {
        Losses.Add(loss);
        AfterStep?.Invoke(step);
    }
}
