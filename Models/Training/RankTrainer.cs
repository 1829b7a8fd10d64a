using System.Collections.Immutable;
using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning.Masks;
using Orchestrator.Models.Training.Overlap;
using TorchSharp;

namespace Orchestrator.Models.Training;

/// <summary>The tensors of one rank, and what is done with them: a training step, an evaluation, saving and restoring.</summary>
internal sealed class RankTrainer : IDisposable
{
    private const string Weights = "weights";
    private const string Mask = "mask";

    private readonly TrialRun _run;
    private readonly TrainingLength _length;
    private readonly RecurrentNetwork _network;
    private readonly FlatOptimizer _optimizer;
    private readonly TaskHead _head;
    private readonly BatchPacker _packer;
    private readonly GradientPipeline? _pipeline;
    private readonly int _batchSize;

    public RankTrainer(TrialRun run, TrainingLength length)
    {
        _run = run;
        _length = length;
        _batchSize = run.Configuration.Data.BatchSize;
        _network = new RecurrentNetwork(run.Configuration.Network, run.Data.Shape, run.Seed);
        _head = TaskHead.Create(run.Data.Shape);
        _packer = new BatchPacker(run.Data.Shape);
        Masks = new MaskSet(run.Pruning, _network.Parameters.Infos, _network.Parameters.Values);
        _head.Check(run.Data.Train);
        bool isAlone = run.Exchange.WorldSize == 1;
        ExchangeOptions options = run.Configuration.Training.Exchange;
        _optimizer = isAlone || !StepsByUnit
            ? new FlatOptimizer(run.Configuration.Optimizer, Parameters)
            : new FlatOptimizer(run.Configuration.Optimizer, Parameters, GradientPipeline.UnitsOf(options, _network.GradientOrder));

        // Last: with it a thread begins, which nobody would end if anything threw behind it.
        _pipeline = isAlone
            ? null
            : new GradientPipeline(run.Exchange, options, Parameters, _network.GradientOrder, Masks, run.Time);
    }

    public MaskSet Masks { get; }

    public FlatParameters Parameters => _network.Parameters;

    /// <summary>Time spent waiting for gradients of other ranks, all steps together; zero for one rank.</summary>
    public TimeSpan WaitedForExchange => _pipeline?.Waited ?? TimeSpan.Zero;

    /// <summary>
    /// Clipping needs the norm of the whole gradient before the first weight is touched. Without it each unit is stepped as
    /// soon as it is back (and the backward pass, which reads the weights, is over), while others still travel.
    /// </summary>
    private bool StepsByUnit => _run.Configuration.Optimizer.ClipNorm == 0;

    /// <summary>One training step on a global batch.</summary>
    /// <param name="step">Steps done before.</param>
    /// <param name="wantsStop">Whether this rank was asked to stop.</param>
    /// <remarks>
    /// If it diverges the masks stay as they are. Weights of units that came back before the one that shows it may have been
    /// stepped: nobody sees them, since a diverged trial writes none.
    /// </remarks>
    public StepOutcome Step(ReadOnlySpan<int> batch, long step, bool wantsStop)
    {
        int share = _batchSize / _run.Exchange.WorldSize;
        int first = _run.Exchange.Rank * share;
        PackedBatch own = _packer.Pack(_run.Data.Train, batch.Slice(first, share), first);
        torch.Tensor scores = _network.Forward(own.Input, own.Layout, new DropoutKey(_run.Seed, step));
        double loss = _head.Loss(scores, own, 1.0 / _batchSize, out torch.Tensor gradient);
        bool needsDense = _run.Pruning.NeedsDenseGradients(step);
        double learningRate = LearningRates.At(_run.Configuration.Optimizer, _length, step);
        StepOutcome outcome = _pipeline is null
            ? Alone(loss, wantsStop, gradient, needsDense, learningRate)
            : Together(_pipeline, loss, wantsStop, gradient, needsDense, learningRate);
        return outcome.Diverged ? outcome : outcome with { Renewed = RenewMasks(step + 1) };
    }

    /// <summary>Has the masks see the weights before it zeroes them, so that a weight may return.</summary>
    /// <returns>Whether the masks were renewed.</returns>
    public bool RenewMasks(long stepsDone)
    {
        bool renewed = Masks.UpdateAfter(stepsDone);
        Masks.Apply();
        return renewed;
    }

    /// <summary>Metrics over a split; each rank takes every p-th batch.</summary>
    public IEnumerable<(string Name, double Value)> Evaluate(Split split)
    {
        var sums = new EvaluationSums();
        int[][] batches = Batches.ForEvaluation(split, _batchSize);
        for (int index = _run.Exchange.Rank; index < batches.Length; index += _run.Exchange.WorldSize)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            PackedBatch batch = _packer.Pack(split, batches[index]);
            _head.Evaluate(_network.Forward(batch.Input, batch.Layout, training: null), batch, sums);
        }

        if (_run.Exchange.WorldSize > 1)
        {
            _run.Exchange.AllReduce(sums.All);
        }

        return _head.Metrics(sums);
    }

    public IEnumerable<SafeTensor> Save() =>
    [
        SafeTensor.Of(Weights, [Parameters.Count], Parameters.Values.Floats()),
        .. _optimizer.Save(),
        .. _network.Statistics.Select(Pack),
        .. _run.Pruning.Blocks.IsEmpty
            ? Array.Empty<SafeTensor>()
            : [SafeTensor.Of(Mask, [Parameters.Count], (ReadOnlySpan<byte>)Masks.FlatMask.bytes)],
    ];

    /// <exception cref="SafeTensorsException">The checkpoint is of another network, optimizer or program.</exception>
    public void Load(SafeTensorsContent checkpoint)
    {
        Copy(checkpoint.Get(Weights), Parameters.Values.Floats());
        _optimizer.Load(checkpoint);
        foreach ((string name, torch.Tensor value) in _network.Statistics)
        {
            Copy(checkpoint.Get(name), value.Floats());
        }

        if (!_run.Pruning.Blocks.IsEmpty)
        {
            using torch.Tensor mask = torch.tensor(checkpoint.Get(Mask).AsBytes().ToArray());
            Masks.Restore(mask);
        }
    }

    /// <summary>The network's arrays by name, as they are handed on.</summary>
    public ImmutableArray<SafeTensor> Export() =>
    [
        .. Parameters.Infos.Select(info => Pack((info.Name, Parameters[info.Name]))),
        .. _network.Statistics.Select(Pack),
    ];

    public void Dispose()
    {
        _pipeline?.Dispose();
        Masks.Dispose();
        _packer.Dispose();
        _head.Dispose();
        _optimizer.Dispose();
        _network.Dispose();
    }

    private StepOutcome Alone(
        double loss, bool wantsStop, torch.Tensor scoresGradient, bool needsDense, double learningRate)
    {
        _network.Backward(scoresGradient);
        if (!needsDense)
        {
            Masks.ApplyTo(Parameters.Gradients.Floats());
        }

        double norm = GradientNorm.Of(Parameters.Gradients.Floats());
        var outcome = new StepOutcome(loss, norm, wantsStop, Diverges(loss, norm));
        if (!outcome.Diverged)
        {
            StepWhole(norm, learningRate);
        }

        return outcome;
    }

    private StepOutcome Together(
        GradientPipeline pipeline,
        double ownLoss,
        bool wantsStop,
        torch.Tensor scoresGradient,
        bool needsDense,
        double learningRate)
    {
        pipeline.Begin(ownLoss, wantsStop, needsDense);
        _network.Backward(scoresGradient, pipeline.Tell);
        (double loss, bool stop) = pipeline.AwaitTotals();
        double squares = 0;
        for (int unit = 0; unit < pipeline.UnitCount; unit++)
        {
            squares += pipeline.AwaitUnit(unit);
            if (StepsByUnit && !Diverges(loss, squares))
            {
                _optimizer.Step(unit, learningRate);
            }
        }

        double norm = Math.Sqrt(squares);
        var outcome = new StepOutcome(loss, norm, stop, Diverges(loss, norm));
        if (!StepsByUnit && !outcome.Diverged)
        {
            StepWhole(norm, learningRate);
        }

        return outcome;
    }

    private void StepWhole(double norm, double learningRate)
    {
        GradientNorm.Clip(Parameters.Gradients, norm, _run.Configuration.Optimizer.ClipNorm);
        _optimizer.Step(learningRate);
    }

    private bool Diverges(double loss, double gradientNorm) =>
        !(loss <= _run.Configuration.Training.DivergenceLoss) || !double.IsFinite(gradientNorm);

    private static SafeTensor Pack((string Name, torch.Tensor Value) part) =>
        SafeTensor.Of(part.Name, [.. part.Value.shape], (ReadOnlySpan<float>)part.Value.Floats());

    private static void Copy(SafeTensor saved, Span<float> target)
    {
        if (saved.AsFloats().Length != target.Length)
        {
            throw new SafeTensorsException($"`{saved.Name}` is of another network.");
        }

        saved.AsFloats().CopyTo(target);
    }
}

/// <summary>What a step found, equal on all ranks.</summary>
/// <param name="Loss">Mean over the global batch.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="Stop">Whether any rank was asked to stop.</param>
/// <param name="Diverged">Whether the loss left the numbers, or the limit, or the gradient is not finite.</param>
/// <param name="Renewed">Whether the masks were renewed.</param>
internal readonly record struct StepOutcome(double Loss, double GradientNorm, bool Stop, bool Diverged, bool Renewed = false);
