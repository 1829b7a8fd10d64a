using Orchestrator.Models.Data;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Models.Training;

/// <summary>One rank of one attempt at a trial: all that the training loop needs. Nothing in it is shared but the data set, which is read-only.</summary>
public sealed record TrialRun
{
    /// <summary>Names the trial in checkpoints and errors.</summary>
    public required string TrialId { get; init; }

    public required TrialConfiguration Configuration { get; init; }

    /// <summary>Everything that the trial draws derives from it: initialization, data order, dropout, random masks.</summary>
    public required long Seed { get; init; }

    public required IDataSet Data { get; init; }

    public required IGradientExchange Exchange { get; init; }

    /// <summary>The schedule of the masks, handed out whole, equal on all ranks.</summary>
    public required PruningProgram Pruning { get; init; }

    /// <summary>Folder of this trial's checkpoints and weights. Rank 0 writes there, every rank resumes from there.</summary>
    public required string Directory { get; init; }

    /// <summary>Called on the training thread.</summary>
    public required ITrainingObserver Observer { get; init; }

    public required TimeProvider Time { get; init; }
}

/// <summary>Hears of a training as it goes. An observer may block to slow the training down; it must not throw.</summary>
public interface ITrainingObserver
{
    /// <summary>New points, in order. After a resume all earlier points come first, with the values they had, and those of steps since the checkpoint come again, with equal values (but for those under <c>clock/</c>): whatever was lost on its way is told again.</summary>
    void OnMetrics(IReadOnlyList<MetricPoint> points);

    /// <summary>The masks changed, or were restored from a checkpoint. <paramref name="hash"/> is equal on all ranks, or something is broken.</summary>
    void OnMasks(long step, string hash);

    /// <summary>A step is done: for progress, throttled by the receiver.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="epoch">Epoch that the step belongs to, counted from 0.</param>
    /// <param name="loss">Of the step's batch, over all ranks.</param>
    void OnStep(long step, long steps, int epoch, double loss);
}

/// <summary>One number of a trial. (trial, name, step) names it: told twice, it is one. Names begin with <c>train/</c>, <c>validation/</c>, <c>test/</c>, <c>sparsity/</c> or, for whatever a clock decides, <c>clock/</c>.</summary>
public readonly record struct MetricPoint(string Name, long Step, double Epoch, double Value);

/// <summary>How a rank's run ended, when it did not throw.</summary>
public abstract record TrialOutcome
{
    /// <summary>Trained to the end; weights and result are in the trial's folder.</summary>
    public sealed record Completed(TrialResult Result) : TrialOutcome;

    /// <summary>The loss left the numbers, or the limit: a result, not a fault.</summary>
    public sealed record Diverged(long Step, double Loss, TrialResult Result) : TrialOutcome;

    /// <summary>Stopped on request, after a checkpoint at <paramref name="Step"/>.</summary>
    public sealed record Stopped(long Step) : TrialOutcome;
}

/// <summary>What a trial is in the end. Equal on all ranks and bitwise repeatable, but for <see cref="TrainingSeconds"/>.</summary>
public sealed record TrialResult
{
    /// <summary>Last value of each metric by name, for example <c>test/label-error-rate</c>.</summary>
    public required SortedDictionary<string, double> Metrics { get; init; }

    public required long Steps { get; init; }

    public required double Epochs { get; init; }

    public required long Parameters { get; init; }

    /// <summary>Parameters that are not masked, biases included.</summary>
    public required long Nonzeros { get; init; }

    /// <summary>Every weight matrix with the share of its weights that is left.</summary>
    public required MatrixDensity[] Densities { get; init; }

    /// <summary>Weights in safetensors, relative to the trial's folder; null if it diverged.</summary>
    public string? WeightsFile { get; init; }

    /// <summary>SHA-256 of the weights file.</summary>
    public string? WeightsSha256 { get; init; }

    /// <summary>Bytes of the weights file, dense float32.</summary>
    public long WeightsBytes { get; init; }

    /// <summary>Bytes of the same weights with the zeros left out (see <c>CompressedWeights</c>), as really written.</summary>
    public long CompressedBytes { get; init; }

    /// <summary>Time on the training thread, all attempts that led here added up; evaluation included.</summary>
    public double TrainingSeconds { get; init; }
}

/// <summary>Share of the weights of one matrix that is left, in the matrix and in each gate.</summary>
public sealed record MatrixDensity(string Name, int Rows, int Columns, double Density, SortedDictionary<string, double> ByGate);
