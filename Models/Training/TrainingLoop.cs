using System.Security.Cryptography;
using System.Text;
using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Data;
using Orchestrator.Models.Native;
using TorchSharp;

namespace Orchestrator.Models.Training;

/// <summary>
/// One rank of one attempt at a trial, on the caller's thread, from the newest checkpoint (or the start) to the end.
/// <code>
///   step:   forward → backward, sum over ranks → zero masked gradients, unless needed → clip → optimizer
///           → renew masks → apply masks
///   epoch:  train/… → validation/… → checkpoint        at last: test/… → weights
/// </code>
/// Equal runs give equal bytes, wherever they were interrupted: order, dropout and learning rate follow from (seed, step)
/// alone, everything else is in the checkpoint, and no clock decides anything.
/// </summary>
/// <remarks>
/// Nothing is written at the very end that would say "done" but the weights: until <see cref="CheckpointFolder.Delete"/>
/// is called the last checkpoint stays, so that a process killed before the result is recorded finds its way back, and
/// tells all points again.
/// </remarks>
public sealed class TrainingLoop
{
    private readonly TrialRun _run;
    private readonly TrainingLength _length;
    private readonly CheckpointFolder _checkpoints;
    private readonly RankTrainer _trainer;
    private readonly long _started;
    private TrialProgress _progress = new();

    private TrainingLoop(TrialRun run, RankTrainer trainer, TrainingLength length)
    {
        _run = run;
        _trainer = trainer;
        _length = length;
        _started = run.Time.GetTimestamp();
        string configuration = $"{ConfigurationText.Of(run.Configuration)} {run.Seed}";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(configuration)));
        _checkpoints = new CheckpointFolder(run.Directory, $"trial {run.TrialId}, configuration {hash[..16]}");
    }

    private double Seconds => _progress.SecondsBefore + _run.Time.GetElapsedTime(_started).TotalSeconds;

    /// <param name="stop">Ends the run after the step that is going on, with a checkpoint; one rank's is enough for all.</param>
    /// <exception cref="ArgumentException">The batch cannot be divided among the ranks.</exception>
    /// <exception cref="DataException">A sample can never be learnt.</exception>
    /// <exception cref="CheckpointException">The folder holds a checkpoint of another trial or a newer version.</exception>
    /// <exception cref="IOException">The folder cannot be written to; what was there before still is.</exception>
    public static TrialOutcome Run(TrialRun run, CancellationToken stop)
    {
        TorchRuntime.UseOneThread();
        Check(run);
        using DisposeScope scope = torch.NewDisposeScope();
        var length = TrainingLength.Of(run.Configuration, run.Data.Train.Count);
        using var trainer = new RankTrainer(run, length);
        return new TrainingLoop(run, trainer, length).Run(stop);
    }

    private static void Check(TrialRun run)
    {
        int ranks = run.Exchange.WorldSize;
        if (run.Configuration.Data.BatchSize % ranks != 0)
        {
            throw new ArgumentException(
                $"A batch of {run.Configuration.Data.BatchSize} cannot be divided among {ranks} ranks.", nameof(run));
        }

        if (ranks > 1 && run.Configuration.Network.Normalization == Networks.Normalization.Batch)
        {
            throw new ArgumentException("Batch normalization needs the whole batch on one rank.", nameof(run));
        }
    }

    private TrialOutcome Run(CancellationToken stop)
    {
        Resume();
        if (_progress.EpochOpen)
        {
            CloseEpoch();
        }

        int epoch = -1;
        int[][] batches = [];
        while (_progress.Step < _length.Steps)
        {
            long step = _progress.Step;
            if (step / _length.StepsPerEpoch != epoch)
            {
                epoch = (int)(step / _length.StepsPerEpoch);
                batches = Batches.ForTraining(_run.Data.Train, _run.Configuration.Data.BatchSize, _run.Seed, epoch);
            }

            StepOutcome outcome = Step(batches[step % _length.StepsPerEpoch], stop.IsCancellationRequested);
            if (outcome.Diverged)
            {
                return new TrialOutcome.Diverged(step + 1, outcome.Loss, Result(null));
            }

            _run.Observer.OnStep(_progress.Step, _length.Steps, epoch, outcome.Loss);
            if (outcome.Stop)
            {
                Save();
                return new TrialOutcome.Stopped(_progress.Step);
            }

            FinishStep();
        }

        return Complete();
    }

    /// <summary>Rank 0 picks the newest whole checkpoint, so that all ranks start from the same one.</summary>
    private void Resume()
    {
        Span<double> step = [-1];
        if (_run.Exchange.Rank == 0 && _checkpoints.Latest() is { } latest)
        {
            step[0] = latest.Step;
            _checkpoints.DeleteAfter(latest.Step);
        }

        if (_run.Exchange.WorldSize > 1)
        {
            step[0] = _run.Exchange.Rank == 0 ? step[0] : 0;
            _run.Exchange.AllReduce(step);
        }

        if (step[0] < 0)
        {
            if (_trainer.RenewMasks(0))
            {
                TellMasks();
            }

            return;
        }

        Restore((long)step[0]);
    }

    private void Restore(long step)
    {
        SafeTensorsContent checkpoint = _checkpoints.Load(step);
        try
        {
            _trainer.Load(checkpoint);
            _progress = TrialProgress.Load(checkpoint);
        }
        catch (Exception exception) when (exception is SafeTensorsException or ArgumentException)
        {
            throw new CheckpointException($"The checkpoint of step {step} does not fit trial {_run.TrialId}.", exception);
        }

        _run.Observer.OnMetrics([.. _progress.History]);
        if (!_run.Pruning.Blocks.IsEmpty)
        {
            _run.Observer.OnMasks(_progress.Step, _trainer.Masks.Hash);
        }
    }

    private StepOutcome Step(int[] batch, bool wantsStop)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        StepOutcome outcome = _trainer.Step(batch, _progress.Step, wantsStop);
        if (outcome.Diverged)
        {
            return outcome;
        }

        _progress.Count(outcome.Loss, outcome.GradientNorm);
        _progress.EpochOpen = _length.EndsEpoch(_progress.Step);
        if (outcome.Renewed)
        {
            TellMasks();
        }

        return outcome;
    }

    /// <summary>What comes at the end of an epoch, and checkpoints. The last step's work is saved as weights instead.</summary>
    private void FinishStep()
    {
        bool closes = _progress.EpochOpen;
        if (closes)
        {
            CloseEpoch();
        }

        bool due = _run.Configuration.Training.CheckpointEverySteps is { } every ? _progress.Step % every == 0 : closes;
        if (due && _progress.Step < _length.Steps)
        {
            Save();
        }
    }

    private void CloseEpoch()
    {
        TrainingOptions training = _run.Configuration.Training;
        double seconds = Seconds;
        Tell(
            ("train/loss", _progress.MeanLoss),
            ("train/gradient-norm", _progress.MeanGradientNorm),
            ("train/learning-rate", LearningRates.At(_run.Configuration.Optimizer, _length, _progress.Step - 1)));
        long epochs = (_progress.Step + _length.StepsPerEpoch - 1) / _length.StepsPerEpoch;
        if (epochs % training.EvaluateEveryEpochs == 0 || _progress.Step == _length.Steps)
        {
            Tell([.. _trainer.Evaluate(_run.Data.Validation).Select(metric => ("validation/" + metric.Name, metric.Value))]);
        }

        Tell(("clock/seconds", seconds), ("clock/steps-per-second", seconds > 0 ? _progress.Step / seconds : 0));
        _progress.BeginEpoch();
    }

    private TrialOutcome.Completed Complete()
    {
        Tell([.. _trainer.Evaluate(_run.Data.Test).Select(metric => ("test/" + metric.Name, metric.Value))]);
        return new TrialOutcome.Completed(Result(WeightFiles.Write(_run, _trainer.Export())));
    }

    private TrialResult Result(WeightFiles? files) => new()
    {
        Metrics = _progress.LastValues(),
        Steps = _progress.Step,
        Epochs = _length.EpochAfter(_progress.Step),
        Parameters = _trainer.Parameters.Count,
        Nonzeros = _trainer.Masks.Nonzeros,
        Densities = _trainer.Masks.Densities(),
        WeightsFile = files is null ? null : WeightFiles.Dense,
        WeightsSha256 = files?.Sha256,
        WeightsBytes = files?.Bytes ?? 0,
        CompressedBytes = files?.CompressedBytes ?? 0,
        TrainingSeconds = Seconds,
    };

    private void TellMasks()
    {
        string[] pruned = [.. _run.Pruning.Blocks.Select(block => block.Matrix).Distinct()];
        Tell(
        [
            ("sparsity/overall", _trainer.Masks.Sparsity),
            .. _trainer.Masks.Densities()
                .Where(matrix => pruned.Contains(matrix.Name))
                .Select(matrix => ("sparsity/" + matrix.Name, 1 - matrix.Density)),
        ]);
        _run.Observer.OnMasks(_progress.Step, _trainer.Masks.Hash);
    }

    private void Tell(params (string Name, double Value)[] metrics)
    {
        double epoch = _length.EpochAfter(_progress.Step);
        MetricPoint[] points = [.. metrics.Select(metric => new MetricPoint(metric.Name, _progress.Step, epoch, metric.Value))];
        _progress.Add(points);
        _run.Observer.OnMetrics(points);
    }

    private void Save()
    {
        if (_run.Exchange.Rank != 0)
        {
            return;
        }

        SafeTensorsContent progress = _progress.Save(Seconds);
        _checkpoints.Save(_progress.Step, progress with { Tensors = [.. progress.Tensors, .. _trainer.Save()] });
    }
}
