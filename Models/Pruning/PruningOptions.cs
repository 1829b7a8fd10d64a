using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Pruning;

/// <summary>Which weights are taken away, and when. A method is a schedule with the criterion that its source pairs it with; the criterion may be named apart.</summary>
public sealed record PruningOptions
{
    [Description("Schedule of the pruning.")]
    public PruningMethod Method { get; init; } = PruningMethod.None;

    [Description("What decides which weights go; absent: magnitude, and random for the method random.")]
    public PruningCriterion? Criterion { get; init; }

    [Description("Whether each matrix reaches the sparsity by itself, or all pruned matrices together. gradual-threshold: one q for each, or for all.")]
    public PruningScope Scope { get; init; } = PruningScope.PerMatrix;

    [Range(0.0, 0.9999)]
    [Description("Share of zeros among the weights of the pruned matrices at the end. For gradual-threshold it sets the quantile q; the sparsity reached is an outcome.")]
    public double Sparsity { get; init; } = 0.9;

    [Range(0.0, 0.9999)]
    [Description("gradual-cubic and random: sparsity at the first update.")]
    public double InitialSparsity { get; init; }

    [Description("Roles of the matrices that are pruned: input, recurrent, output. Biases and normalization never are.")]
    public ParameterRole[] Matrices { get; init; } = [ParameterRole.Recurrent, ParameterRole.Input];

    [Range(1, 1_000_000)]
    [Description("Steps between two updates of the masks.")]
    public int Interval { get; init; } = 100;

    [Range(0.0, 1e6)]
    [Description("Epoch (zero-based, fractions allowed) at which the pruning begins.")]
    public double StartEpoch { get; init; } = 1.0;

    [Range(0.0, 1e6)]
    [Description("gradual-threshold: epoch at which the slope rises; absent: a quarter of all epochs, but not before the start.")]
    public double? RampEpoch { get; init; }

    [Range(0.0, 1e6)]
    [Description("Epoch at which the masks freeze; absent: half of all epochs.")]
    public double? EndEpoch { get; init; }

    [Range(0.1, 10.0)]
    [Description("gradual-threshold: ratio φ/θ of the second slope to the first.")]
    public double RampRatio { get; init; } = 1.5;

    [Range(1e-12, 1e6)]
    [Description("gradual-threshold: q for every pruned matrix, the magnitude under which the share `sparsity` of a trained dense network's weights lies. Absent: taken per matrix from quantileFrom.")]
    public double? Quantile { get; init; }

    [Description("gradual-threshold: the variant whose trained weights of the same seed give q; absent: the control. Its network must have the same shape.")]
    public string? QuantileFrom { get; init; }

    [Description("The variant of which the trial of the same seed gives the density of each matrix, for random and every other schedule of a sparsity; absent: `sparsity` for every matrix.")]
    public string? DensitiesFrom { get; init; }

    [Range(0.0, 1e6)]
    [Description("one-shot: epoch at which all goes at once; absent: so that fineTuneEpochs remain.")]
    public double? AtEpoch { get; init; }

    [Range(0.0, 1e6)]
    [Description("one-shot: epochs of training left after the pruning (within training.epochs); absent: a quarter of all epochs. 0 prunes after the last step.")]
    public double? FineTuneEpochs { get; init; }

    [Range(0.0, 1.0)]
    [Description("Guard against collapse: the share of each matrix (or overridden gate) that always stays.")]
    public double KeepAtLeast { get; init; } = 0.005;

    [Description("Exceptions by matrix or gate among the matrices that are pruned; of several that match, the last wins.")]
    public PruningOverride[] Overrides { get; init; } = [];
}

/// <summary>An exception for the matrices, or one gate of them, that match.</summary>
public sealed record PruningOverride
{
    [Description("Name of the matrix, with * as wildcard: layer0.*.recurrent.")]
    public required string Matrix { get; init; }

    [Description("Name of the gate, with * as wildcard: hidden; reset, update, candidate; input, forget, cell, output. Given, each gate of the matrix is pruned by itself. Absent: the whole matrix.")]
    public string? Gate { get; init; }

    [Description("false: this part is never pruned.")]
    public bool Prune { get; init; } = true;

    [Range(0.0, 0.9999)]
    [Description("Sparsity of this part instead of the general one.")]
    public double? Sparsity { get; init; }

    [Range(1e-12, 1e6)]
    [Description("gradual-threshold: q of this part.")]
    public double? Quantile { get; init; }
}

public enum PruningMethod
{
    None,
    GradualThreshold,
    GradualCubic,
    OneShot,
    Random,
}

public enum PruningCriterion
{
    Magnitude,
    Random,
}

public enum PruningScope
{
    PerMatrix,
    Global,
}
