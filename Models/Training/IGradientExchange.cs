namespace Orchestrator.Models.Training;

/// <summary>How the ranks of a data-parallel attempt add up what each has computed. One instance per rank, used by one thread at a time: the rank's training thread, or, while a step's gradients travel, its communication thread.</summary>
public interface IGradientExchange
{
    /// <summary>This rank, 0 ≤ rank &lt; world size.</summary>
    int Rank { get; }

    /// <summary>Number of ranks.</summary>
    int WorldSize { get; }

    /// <summary>Replaces <paramref name="values"/> on every rank by the sum over all ranks. Every rank calls with the same length, in the same order. The result is bitwise equal on all ranks, and repeatable for a fixed world size and bucket layout.</summary>
    void AllReduce(Span<float> values);

    /// <summary>The same in double precision: for losses and counts.</summary>
    void AllReduce(Span<double> values);
}
