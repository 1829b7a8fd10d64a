using System.Diagnostics;
using Orchestrator.Models.Native;
using Orchestrator.Models.Training;
using TorchSharp;

namespace Orchestrator.Bench.Overlap;

/// <summary>All ranks of one way to exchange, each on a thread of its own; idle but for the rounds asked of it.</summary>
internal sealed class Gang : IDisposable
{
    private readonly Barrier _barrier;
    private readonly Thread[] _threads;
    private readonly float[][] _weights;
    private int _steps;
    private double _waited;
    private Exception? _failure;

    /// <param name="join">Makes a rank's exchange, on its thread.</param>
    /// <param name="processor">The one processor of all threads; null: any.</param>
    public Gang(string name, OverlapCase work, int ranks, int batch, bool overlap, Func<int, IGradientExchange> join, int? processor = null)
    {
        Name = name;
        _barrier = new Barrier(ranks + 1);
        _weights = new float[ranks][];
        _threads = [.. Enumerable.Range(0, ranks).Select(rank => new Thread(() => Work(rank, work, batch, overlap, join, processor)))];
        foreach (Thread thread in _threads)
            thread.Start();
        Meet();
    }

    public string Name { get; }

    /// <summary>Seconds a step, one number a round.</summary>
    public List<double> Rounds { get; } = [];

    /// <summary>Of these, seconds in which the training thread of rank 0 waited for the exchange.</summary>
    public List<double> Waited { get; } = [];

    /// <summary>Runs steps on all ranks and keeps the time.</summary>
    public void Measure(int steps)
    {
        _steps = steps;
        Meet();
        long start = Stopwatch.GetTimestamp();
        Meet();
        Rounds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / steps);
        Waited.Add(_waited / steps);
    }

    /// <summary>Ends the ranks; the weights of rank 0 are left.</summary>
    public float[] Finish()
    {
        _steps = 0;
        Meet();
        foreach (Thread thread in _threads)
            thread.Join();
        return _failure is null ? _weights[0] : throw new InvalidOperationException($"`{Name}` failed.", _failure);
    }

    public void Dispose() => _barrier.Dispose();

    private void Work(int rank, OverlapCase work, int batch, bool overlap, Func<int, IGradientExchange> join, int? processor)
    {
        try
        {
            if (processor is { } one)
                Core.Pin(one);
            TorchRuntime.UseOneThread();
            using RankTrainer trainer = work.Build(join(rank), batch, overlap);
            int[] samples = [.. Enumerable.Range(0, batch * _threads.Length)];
            long step = 0;
            _ = _barrier.SignalAndWait(Timeout.Infinite);
            while (true)
            {
                _ = _barrier.SignalAndWait(Timeout.Infinite);
                if (_steps == 0)
                    break;
                TimeSpan before = trainer.WaitedForExchange;
                for (int count = 0; count < _steps; count++)
                {
                    using DisposeScope scope = torch.NewDisposeScope();
                    _ = trainer.Step(samples, step++, wantsStop: false);
                }

                if (rank == 0)
                    _waited = (trainer.WaitedForExchange - before).TotalSeconds;
                _ = _barrier.SignalAndWait(Timeout.Infinite);
            }

            using torch.Tensor values = trainer.Parameters.Values.clone();
            _weights[rank] = values.data<float>().ToArray();
        }
        catch (Exception exception)
        {
            _failure = exception;
            _barrier.RemoveParticipant();
        }
    }

    private void Meet()
    {
        _ = _barrier.SignalAndWait(Timeout.Infinite);
        if (_failure is not null)
            throw new InvalidOperationException($"`{Name}` failed.", _failure);
    }
}
