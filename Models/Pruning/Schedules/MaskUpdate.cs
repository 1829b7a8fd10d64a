using System.Collections.Immutable;

namespace Orchestrator.Models.Pruning.Schedules;

/// <summary>What is to become of the masks at one step. <paramref name="IsLast"/>: they are frozen from here on.</summary>
public abstract record MaskUpdate(long Step, bool IsLast)
{
    /// <summary>A weight stays if its magnitude is above its block's threshold ε. How many stay is an outcome.</summary>
    public sealed record Thresholds(long Step, bool IsLast, ImmutableArray<double> ByBlock) : MaskUpdate(Step, IsLast);

    /// <summary>Each block gets exactly this share of zeros, 0 … 1. Which weights go is the criterion's matter.</summary>
    public sealed record Sparsities(long Step, bool IsLast, ImmutableArray<double> ByBlock) : MaskUpdate(Step, IsLast);
}
