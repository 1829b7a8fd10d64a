using System.Diagnostics;
using Orchestrator.Models.Training.Overlap;

namespace Orchestrator.Bench.Overlap;

/// <summary>Packing and unpacking at several densities and sizes, beside a copy of the same flat buffer; each in turn, round by round.</summary>
internal static class PackingBenchmark
{
    public static int Run(Options options)
    {
        int rounds = options.Number("rounds", 31);
        Console.WriteLine($"GB/s of the flat buffer (4 bytes a value), best of {rounds} rounds, one thread.");
        Console.WriteLine("| MiB | density | copy | pack | unpack | pack by 8 lanes | unpack by 8 lanes | pack by one | unpack by one |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (int mebibytes in new[] { 1, 4, 64 })
        {
            foreach (double density in new[] { 0.05, 0.1, 0.5, 1.0 })
                Measure(mebibytes, density, rounds);
        }

        return 0;
    }

    private static void Measure(int mebibytes, double density, int rounds)
    {
        int count = mebibytes << 18;
        var random = new Random(1);
        byte[] mask = [.. Enumerable.Range(0, count).Select(_ => (byte)(random.NextDouble() < density ? 1 : 0))];
        float[] flat = [.. mask.Select(_ => random.NextSingle())];
        var bits = new byte[(count / 8) + SurvivorPacking.BitSlack + 1];
        for (int index = 0; index < count; index++)
            bits[index / 8] |= (byte)(mask[index] << (index % 8));
        var packed = new float[count + SurvivorPacking.Slack];
        var copy = new float[count];
        Action[] ways =
        [
            () => flat.CopyTo(copy, 0),
            () => SurvivorPacking.Pack(flat, bits, 0, packed),
            () => SurvivorPacking.Unpack(packed, bits, 0, copy),
            () => SurvivorPacking.Pack256(flat, bits, 0, packed),
            () => SurvivorPacking.Unpack256(packed, bits, 0, copy),
            () => SurvivorPacking.PackReference(flat, bits, 0, packed),
            () => SurvivorPacking.UnpackReference(packed, bits, 0, copy),
        ];
        double[][] seconds = [.. ways.Select(_ => new double[rounds])];
        for (int round = -5; round < rounds; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                long start = Stopwatch.GetTimestamp();
                ways[way]();
                if (round >= 0)
                    seconds[way][round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        string rates = string.Join(" | ", seconds.Select(times => $"{count * sizeof(float) / new Measurements(times).Min / 1e9:0.0}"));
        Console.WriteLine($"| {mebibytes} | {density:0%} | {rates} |");
    }
}
