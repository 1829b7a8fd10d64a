namespace Orchestrator.Models.Training;

/// <summary>The exchange of a world of one: the sum over all ranks is what the only rank has.</summary>
public sealed class SingleRankExchange : IGradientExchange
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int WorldSize => 1;

    /// <inheritdoc/>
    public void AllReduce(Span<float> values)
    {
    }

    /// <inheritdoc/>
    public void AllReduce(Span<double> values)
    {
    }
}
