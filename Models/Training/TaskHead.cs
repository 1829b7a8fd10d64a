using Orchestrator.Models.Data;
using TorchSharp;

namespace Orchestrator.Models.Training;

/// <summary>What a task makes of the network's scores: a loss with its derivative, and counts of errors.</summary>
internal abstract class TaskHead : IDisposable
{
    public static TaskHead Create(DataShape shape) => shape.Task switch
    {
        TaskKind.Ctc => new CtcHead(),
        TaskKind.Classification => new ClassificationHead(shape.OutputSize),
        TaskKind.LanguageModel => new LanguageModelHead(shape.OutputSize),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape.Task, "Not a task."),
    };

    /// <summary>The samples' losses, added up and multiplied by <paramref name="scale"/>.</summary>
    /// <param name="scores">As the network gave them.</param>
    /// <param name="gradient">Receives the derivative of what is returned, of the shape of the scores.</param>
    public abstract double Loss(torch.Tensor scores, PackedBatch batch, double scale, out torch.Tensor gradient);

    /// <summary>Adds the batch to the sums.</summary>
    public abstract void Evaluate(torch.Tensor scores, PackedBatch batch, EvaluationSums sums);

    /// <summary>The sums as metrics, names without the split.</summary>
    public abstract IEnumerable<(string Name, double Value)> Metrics(EvaluationSums sums);

    /// <exception cref="DataException">A sample can never be learnt.</exception>
    public virtual void Check(Split split)
    {
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>What an evaluation counts. Added up over ranks.</summary>
internal sealed class EvaluationSums
{
    private readonly double[] _sums = new double[5];

    /// <summary>In the order of the properties.</summary>
    public Span<double> All => _sums;

    public double Samples
    {
        get => _sums[0];
        set => _sums[0] = value;
    }

    /// <summary>Sum of the samples' losses.</summary>
    public double Loss
    {
        get => _sums[1];
        set => _sums[1] = value;
    }

    /// <summary>Samples that are not entirely right.</summary>
    public double WrongSamples
    {
        get => _sums[2];
        set => _sums[2] = value;
    }

    /// <summary>Labels or symbols that were to be found.</summary>
    public double Units
    {
        get => _sums[3];
        set => _sums[3] = value;
    }

    /// <summary>CTC: edits from the decoded to the true labels. Language models: nats over all symbols.</summary>
    public double UnitCost
    {
        get => _sums[4];
        set => _sums[4] = value;
    }
}
