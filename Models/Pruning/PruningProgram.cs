using System.Collections.Immutable;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning.Criteria;
using Orchestrator.Models.Pruning.Schedules;

namespace Orchestrator.Models.Pruning;

/// <summary>
/// The masks' whole schedule as data: what happens to which block of weights after which step. Made once per trial (by the
/// PruningSchedule actor), handed to every rank, evaluated by each for itself: training never waits for a decision.
/// Two programs of equal content are equal.
/// </summary>
public sealed record PruningProgram
{
    /// <summary>No pruning.</summary>
    public static readonly PruningProgram Dense = new() { Blocks = [] };

    /// <summary>The blocks that are pruned: whole matrices, or all gates of a matrix where one is overridden. They never overlap.</summary>
    public required ImmutableArray<PrunedBlock> Blocks { get; init; }

    public PruningMethod Method { get; init; } = PruningMethod.None;

    public PruningCriterion Criterion { get; init; } = PruningCriterion.Magnitude;

    public PruningScope Scope { get; init; } = PruningScope.PerMatrix;

    /// <summary>Steps between two updates.</summary>
    public long Interval { get; init; } = 100;

    /// <summary>Number of steps done when the pruning begins.</summary>
    public long Start { get; init; }

    /// <summary>gradual-threshold: number of steps done when the slope rises.</summary>
    public long Ramp { get; init; }

    /// <summary>The last update comes after this many steps; the masks are frozen from then on.</summary>
    public long End { get; init; }

    /// <summary>gradual-threshold: φ/θ.</summary>
    public double RampRatio { get; init; } = 1.5;

    /// <summary>Sparsity at the first update of a gradual schedule that has one.</summary>
    public double InitialSparsity { get; init; }

    /// <summary>Share of each block that always stays.</summary>
    public double KeepAtLeast { get; init; }

    /// <summary>Seed of random criteria.</summary>
    public long Seed { get; init; }

    /// <summary>Turns options, which speak of epochs, roles and names, into a program of steps and blocks.</summary>
    /// <param name="parameters">All parameters of the network, in any order.</param>
    /// <param name="sources">What other trials give: trained weights for q, densities to copy.</param>
    /// <param name="epochs">Epochs asked for; <paramref name="totalSteps"/> may end the training earlier.</param>
    /// <param name="seed">The trial's seed.</param>
    /// <exception cref="PruningConfigurationException">The options cannot be carried out; every reason is listed.</exception>
    public static PruningProgram Create(
        PruningOptions options,
        ImmutableArray<ParameterInfo> parameters,
        PruningSources sources,
        long stepsPerEpoch,
        int epochs,
        long totalSteps,
        long seed)
    {
        if (options.Method == PruningMethod.None)
            return Dense;

        PruningConfigurationException.ThrowIfAny(Validate(options, parameters, stepsPerEpoch, epochs, totalSteps));
        PruningTimes times = PruningTimes.Of(options, stepsPerEpoch, totalSteps);
        return new PruningProgram
        {
            Blocks = sources.Complete(options, BlockSelection.Of(options, parameters).Blocks),
            Method = options.Method,
            Criterion = CriterionOf(options),
            Scope = options.Scope,
            Interval = options.Interval,
            Start = times.Start,
            Ramp = times.Ramp,
            End = times.End,
            RampRatio = options.RampRatio,
            InitialSparsity = options.InitialSparsity,
            KeepAtLeast = options.KeepAtLeast,
            Seed = seed,
        };
    }

    /// <summary>Everything that <see cref="Create"/> would refuse, as far as it can be known without other trials' results. Empty: nothing.</summary>
    public static ImmutableArray<PruningProblem> Validate(
        PruningOptions options,
        ImmutableArray<ParameterInfo> parameters,
        long stepsPerEpoch,
        int epochs,
        long totalSteps) =>
        options.Method == PruningMethod.None
            ? []
            :
            [
                .. PruningRules.Problems(options),
                .. BlockSelection.Of(options, parameters).Problems,
                .. PruningTimes.Problems(options, stepsPerEpoch, epochs, totalSteps),
            ];

    /// <summary>
    /// Parameters left at the end if the targets are reached exactly (rounded and guarded as the masks are, see
    /// <see cref="KeptWeights"/>), biases and unpruned matrices included. Densities that another trial will give are not
    /// known yet: for them, too, <see cref="PruningOptions.Sparsity"/> counts.
    /// </summary>
    public static long PlannedNonzeros(PruningOptions options, ImmutableArray<ParameterInfo> parameters)
    {
        long all = parameters.Sum(parameter => parameter.Count);
        if (options.Method == PruningMethod.None)
            return all;

        ImmutableArray<PrunedBlock> blocks = BlockSelection.Of(options, parameters).Blocks;
        return all - blocks.Sum(block => block.Count) + KeptWeights.OfAll(blocks, options.Scope, options.KeepAtLeast);
    }

    /// <summary>
    /// What happens to the masks once <paramref name="step"/> steps are done: asked with 0 before the first step, then after
    /// every one. Null: nothing.
    /// </summary>
    public MaskUpdate? UpdateAfter(long step)
    {
        if (!IsDue(step))
            return null;

        return Method == PruningMethod.GradualThreshold
            ? new MaskUpdate.Thresholds(step, step == End, [.. Blocks.Select(block => ThresholdSchedule.At(this, block.Quantile, step))])
            : new MaskUpdate.Sparsities(step, step == End, [.. Blocks.Select(block => CubicSchedule.At(this, block.Sparsity, step))]);
    }

    /// <summary>
    /// Whether the step that comes after <paramref name="step"/> steps needs the gradients of masked weights: only where the
    /// masks are renewed behind it by what the weights are, since one update of the optimizer may bring a masked weight back
    /// there. At every other step they count as zero, for the norm, for clipping and for the optimizer, on however many
    /// ranks, and need not be exchanged.
    /// </summary>
    public bool NeedsDenseGradients(long step) => Criterion != PruningCriterion.Random && IsDue(step + 1);

    public bool Equals(PruningProgram? other) =>
        other is not null
        && Blocks.AsSpan().SequenceEqual(other.Blocks.AsSpan())
        && Numbers() == other.Numbers();

    public override int GetHashCode() => HashCode.Combine(Numbers(), Blocks.Length);

    /// <summary>Random weights go where the method says so, unless the criterion is named.</summary>
    internal static PruningCriterion CriterionOf(PruningOptions options) => options.Criterion
        ?? (options.Method == PruningMethod.Random ? PruningCriterion.Random : PruningCriterion.Magnitude);

    /// <summary>A threshold is 0 at the start, which prunes nothing; a sparsity begins with its initial value.</summary>
    private bool IsDue(long step)
    {
        long first = Method == PruningMethod.GradualThreshold ? Start + 1 : Start;
        return !Blocks.IsEmpty && step >= first && step <= End && (step == End || (step - Start) % Interval == 0);
    }

    private (PruningMethod Method, PruningCriterion Criterion, PruningScope Scope, long Interval, long Start, long Ramp, long End,
        double RampRatio, double InitialSparsity, double KeepAtLeast, long Seed) Numbers() =>
        (Method, Criterion, Scope, Interval, Start, Ramp, End, RampRatio, InitialSparsity, KeepAtLeast, Seed);
}

/// <summary>Rows <paramref name="FirstRow"/> up to <paramref name="FirstRow"/> + <paramref name="Rows"/> of a matrix, with its target.</summary>
/// <param name="Gate">The gate that these rows are; null for a whole matrix.</param>
/// <param name="Sparsity">Share of zeros at the end.</param>
/// <param name="Quantile">gradual-threshold: q; 0 where the method needs none.</param>
public sealed record PrunedBlock(string Matrix, string? Gate, int FirstRow, int Rows, int Columns, double Sparsity, double Quantile)
{
    /// <summary>Number of weights.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>The block has a target of its own and reaches it by itself, in the global scope, too.</summary>
    public bool Apart { get; init; }
}
