namespace Orchestrator.Models.Networks;

/// <summary>Values <paramref name="Start"/> up to <paramref name="Start"/> + <paramref name="Count"/> of the flat buffers.</summary>
internal readonly record struct GradientRange(int Start, int Count)
{
    public int End => Start + Count;
}
