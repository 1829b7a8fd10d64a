using System.Numerics;

namespace Orchestrator.Models.Randomness;

/// <summary>
/// A small seeded stream: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014; constants of Vigna's reference). Its whole state is one number, so that a stream can be saved,
/// and a stream for any (seed, purpose, index) can be derived without walking there. Not cryptographic.
/// </summary>
public sealed class SplitMix(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>All there is: a stream made from this value goes on exactly here.</summary>
    public ulong State { get; private set; } = seed;

    /// <summary>An own stream for these numbers; equal numbers, equal stream. The order counts.</summary>
    public static SplitMix Derive(params ReadOnlySpan<ulong> parts) => new(DeriveSeed(parts));

    /// <summary>An own stream for this purpose and these numbers, such as ("shuffle", seed, epoch).</summary>
    public static SplitMix Derive(string purpose, params ReadOnlySpan<ulong> parts) => new(DeriveSeed(purpose, parts));

    /// <summary>The seed of <see cref="Derive(ReadOnlySpan{ulong})"/>, for generators other than this one.</summary>
    public static ulong DeriveSeed(params ReadOnlySpan<ulong> parts) => Fold(Golden, parts);

    /// <summary>The seed of <see cref="Derive(string, ReadOnlySpan{ulong})"/>, for generators other than this one.</summary>
    public static ulong DeriveSeed(string purpose, params ReadOnlySpan<ulong> parts)
    {
        ulong hash = Mix((ulong)purpose.Length);
        foreach (char letter in purpose)
        {
            hash = Mix(hash + Golden + letter);
        }

        return Fold(hash, parts);
    }

    /// <summary>What the stream from this seed draws at this position, from 0 on, without walking there.</summary>
    public static ulong ValueAt(ulong seed, long position) => Mix(seed + (((ulong)position + 1) * Golden));

    public ulong NextUInt64()
    {
        State += Golden;
        return Mix(State);
    }

    /// <summary>Uniform in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double NextDouble(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Uniform in [0, <paramref name="count"/>), without bias (Lemire, ACM TOMACS 29, 2019).</summary>
    public int NextInt(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ulong range = (ulong)count;
        ulong high = Math.BigMul(NextUInt64(), range, out ulong low);
        if (low < range)
        {
            ulong threshold = (0UL - range) % range;
            while (low < threshold)
            {
                high = Math.BigMul(NextUInt64(), range, out low);
            }
        }

        return (int)high;
    }

    /// <summary>
    /// Normal with mean 0 and variance 1 (Box–Muller). The second value of each pair is thrown away:
    /// a stream that kept it would have more state than one number.
    /// </summary>
    public double NextGaussian()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts the items into a uniformly drawn order (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int last = items.Length - 1; last > 0; last--)
        {
            int other = NextInt(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    private static ulong Fold(ulong hash, ReadOnlySpan<ulong> parts)
    {
        foreach (ulong part in parts)
        {
            hash = Mix(BitOperations.RotateLeft(hash, 23) + Golden + Mix(part + Golden));
        }

        return Mix(hash + (ulong)parts.Length);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
