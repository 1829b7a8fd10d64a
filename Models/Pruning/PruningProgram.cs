using System.Collections.Immutable;

namespace Orchestrator.Models.Pruning;

/// <summary>
/// The masks' whole schedule as data: what happens to which block of weights after which step. Made once per trial (by the
/// PruningSchedule actor), handed to every rank, evaluated by each for itself: training never waits for a decision.
/// </summary>
public sealed record PruningProgram
{
    /// <summary>No pruning.</summary>
    public static readonly PruningProgram Dense = new() { Blocks = [] };

    /// <summary>The blocks that are pruned: whole matrices, or single gates where they are overridden. They never overlap.</summary>
    public required ImmutableArray<PrunedBlock> Blocks { get; init; }

    public PruningMethod Method { get; init; } = PruningMethod.None;

    public PruningCriterion Criterion { get; init; } = PruningCriterion.Magnitude;

    public PruningScope Scope { get; init; } = PruningScope.PerMatrix;

    /// <summary>Steps between two updates.</summary>
    public long Interval { get; init; } = 100;

    /// <summary>First step (counted from 0) of the pruning.</summary>
    public long Start { get; init; }

    /// <summary>gradual-threshold: step at which the slope rises.</summary>
    public long Ramp { get; init; }

    /// <summary>Step from which on the masks are frozen.</summary>
    public long End { get; init; }

    /// <summary>gradual-threshold: φ/θ.</summary>
    public double RampRatio { get; init; } = 1.5;

    /// <summary>Sparsity at the first update of a gradual schedule that has one.</summary>
    public double InitialSparsity { get; init; }

    /// <summary>Share of each block that always stays.</summary>
    public double KeepAtLeast { get; init; }

    /// <summary>Seed of random criteria.</summary>
    public long Seed { get; init; }
}

/// <summary>Rows <paramref name="FirstRow"/> up to <paramref name="FirstRow"/> + <paramref name="Rows"/> of a matrix, with its target.</summary>
/// <param name="Sparsity">Share of zeros at the end.</param>
/// <param name="Quantile">gradual-threshold: q; 0 where the method needs none.</param>
public sealed record PrunedBlock(string Matrix, string? Gate, int FirstRow, int Rows, int Columns, double Sparsity, double Quantile);
