namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>How the values of all ranks become one.</summary>
public enum ReduceOp
{
    /// <summary>x₀ + x₁ + …; integers wrap around.</summary>
    Sum,

    /// <summary>The sum, divided by the number of ranks; integers are cut off towards zero.</summary>
    Mean,

    /// <summary>The smallest; not-a-number if any is, and −0 is below +0.</summary>
    Min,

    /// <summary>The largest; not-a-number if any is, and +0 is above −0.</summary>
    Max,
}
