namespace Orchestrator.Experiments.Statistics;

/// <summary>
/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014): 64 well-mixed bits per step from a counter.
/// The resampling here must give the same figures on every machine and .NET version, which
/// <see cref="Random"/> does not promise.
/// </summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>An index in 0 … <paramref name="count"/> − 1, by multiplication (bias below count/2⁶⁴).</summary>
    public int NextIndex(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);
}
