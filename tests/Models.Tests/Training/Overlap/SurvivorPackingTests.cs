using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using CsCheck;
using Orchestrator.Models.Training.Overlap;

namespace Orchestrator.Models.Tests.Training.Overlap;

internal sealed class SurvivorPackingTests
{
    private static readonly Path[] Paths =
    [
        new("chosen", true, SurvivorPacking.Pack, SurvivorPacking.Unpack),
        new("512", Avx512F.IsSupported, SurvivorPacking.Pack512, SurvivorPacking.Unpack512),
        new("256", Avx2.IsSupported, SurvivorPacking.Pack256, SurvivorPacking.Unpack256),
        new("reference", true, SurvivorPacking.PackReference, SurvivorPacking.UnpackReference),
    ];

    private static readonly double[] Densities = [0, 0.02, 0.1, 0.5, 0.97, 1];

    /// <summary>Lengths around the vectors' widths; bits that begin anywhere; from nothing to everything set.</summary>
    private static readonly Gen<(int Count, int FirstBit, double Density, int Seed)> Cases =
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 40], Gen.Int[0, 5].Select(place => Densities[place]), Gen.Int);

    [Test]
    public void Packed_are_the_values_whose_bit_is_set_in_their_order([ValueSource(nameof(Paths))] Path path)
    {
        RequireSupport(path);
        Cases.Sample(test =>
        {
            (float[] values, bool[] set, byte[] bits) = Draw(test);
            float[] expected = [.. values.Where((_, index) => set[index])];
            var packed = new float[values.Length + SurvivorPacking.Slack];

            int count = path.Pack(values, bits, test.FirstBit, packed);

            return count == expected.Length && Same(packed.AsSpan(0, count), expected);
        });
    }

    [Test]
    public void Unpacked_values_are_where_they_were_and_positive_zeros_elsewhere([ValueSource(nameof(Paths))] Path path)
    {
        RequireSupport(path);
        Cases.Sample(test =>
        {
            (float[] values, bool[] set, byte[] bits) = Draw(test);
            float[] expected = [.. values.Select((value, index) => set[index] ? value : 0)];
            float[] packed = [.. values.Where((_, index) => set[index]), .. Enumerable.Repeat(float.NaN, SurvivorPacking.Slack)];
            var actual = new float[values.Length];
            Array.Fill(actual, -1);

            int count = path.Unpack(packed, bits, test.FirstBit, actual);

            return count == set.Count(bit => bit) && Same(actual, expected);
        });
    }

    [Test]
    public void Nothing_is_written_beyond_the_room_that_is_asked_for([ValueSource(nameof(Paths))] Path path)
    {
        RequireSupport(path);
        Cases.Sample(test =>
        {
            (float[] values, bool[] set, byte[] bits) = Draw(test);
            int room = set.Count(bit => bit) + SurvivorPacking.Slack;
            var packed = new float[room + 50];
            Array.Fill(packed, 7);

            path.Pack(values, bits, test.FirstBit, packed);

            return packed.AsSpan(room).IndexOfAnyExcept(7f) < 0;
        });
    }

    [Test]
    public void Too_little_room_is_refused_before_anything_is_written()
    {
        byte[] bits = [0xFF, 0xFF, 0xFF, 0xFF, .. new byte[SurvivorPacking.BitSlack]];
        var packed = new float[32 + SurvivorPacking.Slack - 1];

        Assert.That(() => SurvivorPacking.Pack256(new float[32], bits, 0, packed), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => SurvivorPacking.Unpack512(packed, bits, 0, new float[32]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => SurvivorPacking.Pack512(new float[40], bits, 0, new float[100]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static (float[] Values, bool[] Set, byte[] Bits) Draw((int Count, int FirstBit, double Density, int Seed) test)
    {
        var random = new Random(test.Seed);
        float[] values = [.. Enumerable.Range(0, test.Count).Select(_ => BitConverter.Int32BitsToSingle(random.Next()))];
        bool[] set = [.. values.Select(_ => random.NextDouble() < test.Density)];
        var bits = new byte[((test.FirstBit + test.Count) / 8) + 1 + SurvivorPacking.BitSlack];
        random.NextBytes(bits);
        for (int index = 0; index < set.Length; index++)
        {
            int bit = test.FirstBit + index;
            bits[bit / 8] = (byte)((bits[bit / 8] & ~(1 << (bit % 8))) | (set[index] ? 1 << (bit % 8) : 0));
        }

        return (values, set, bits);
    }

    private static bool Same(ReadOnlySpan<float> one, ReadOnlySpan<float> other) =>
        MemoryMarshal.AsBytes(one).SequenceEqual(MemoryMarshal.AsBytes(other));

    private static void RequireSupport(Path path)
    {
        if (!path.IsSupported)
        {
            Assert.Ignore("This processor has no such vectors.");
        }
    }

    internal delegate int Packs(ReadOnlySpan<float> values, ReadOnlySpan<byte> bits, int firstBit, Span<float> packed);

    internal sealed record Path(string Name, bool IsSupported, Packs Pack, Packs Unpack)
    {
        public override string ToString() => Name;
    }
}
