using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Collectives.Measurement;

/// <summary>What is to be measured on one ring, the same on all its ranks.</summary>
public sealed record BenchmarkPlan
{
    /// <summary>One after the other; at least one.</summary>
    public required IReadOnlyList<AllReduceAlgorithm> Algorithms { get; init; }

    /// <summary>Bytes of the buffer, each at least one element and at most <see cref="Communicator.OperationBytesMax"/>.</summary>
    public required IReadOnlyList<long> Sizes { get; init; }

    /// <summary>Of the elements: <c>float32</c>, <c>float64</c>, <c>float16</c>, <c>bfloat16</c> or <c>int64</c>.</summary>
    public string Type { get; init; } = ElementType.Float32.Name();

    /// <summary>How they are reduced.</summary>
    public ReduceOp Op { get; init; } = ReduceOp.Sum;

    /// <summary>What the ring's options say of channels, nodes and buckets.</summary>
    public CommunicatorOptions Options { get; init; } = new();

    /// <summary>About how long each size is measured in each of the two ways, &gt; 0.</summary>
    public TimeSpan TimePerPoint { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether each rank's thread stays on a core of its own, as MPI's launchers have it, where there are enough.</summary>
    public bool Bind { get; init; } = true;
}

/// <summary>One algorithm at one size.</summary>
public sealed record BenchmarkPoint
{
    /// <summary>As it was asked for.</summary>
    public required AllReduceAlgorithm Algorithm { get; init; }

    /// <summary>What ran: for <c>auto</c> what was chosen.</summary>
    public required string Schedule { get; init; }

    /// <summary>Number of ranks.</summary>
    public required int WorldSize { get; init; }

    /// <summary>Bytes of the buffer.</summary>
    public required long Bytes { get; init; }

    /// <summary>Elements in the buffer.</summary>
    public required long Count { get; init; }

    /// <summary>Of the elements.</summary>
    public required string Type { get; init; }

    /// <summary>How they were reduced.</summary>
    public required ReduceOp Op { get; init; }

    /// <summary>Calls that were timed one by one.</summary>
    public required int Calls { get; init; }

    /// <summary>Seconds for a call after a barrier, until the last rank is done: median, least and most.</summary>
    public required double SingleSeconds { get; init; }

    /// <inheritdoc cref="SingleSeconds"/>
    public required double SingleSecondsMin { get; init; }

    /// <inheritdoc cref="SingleSeconds"/>
    public required double SingleSecondsMax { get; init; }

    /// <summary>Seconds for a call in a row of calls without a barrier.</summary>
    public required double BackToBackSeconds { get; init; }

    /// <summary>What the cost model says that a call takes, in seconds; null: it was not asked.</summary>
    public double? PredictedSeconds { get; init; }

    /// <summary>Elements that were not what they should be, on all ranks.</summary>
    public required long Wrong { get; init; }

    /// <summary>Bytes of the buffer per second of a single call ("algbw").</summary>
    public double AlgorithmBandwidth => Bytes / SingleSeconds;

    /// <summary>
    /// Comparable across world sizes: algorithm bandwidth · 2(p − 1)/p, what each rank's link carries at least (NCCL's tests,
    /// "busbw").
    /// </summary>
    public double BusBandwidth => AlgorithmBandwidth * 2 * (WorldSize - 1) / WorldSize;
}
