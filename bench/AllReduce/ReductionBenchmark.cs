using System.Diagnostics;
using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Bench.AllReduce;

/// <summary>
/// The reduction kernels beside a copy, by the bytes that each moves between core and memory: a reduction reads two buffers
/// and writes one of them back; a copy reads one and writes another.
/// </summary>
internal static unsafe class ReductionBenchmark
{
    public static int Run(Options options)
    {
        int rounds = options.Number("rounds", 15);
        Console.WriteLine($"GB/s moved, median (min–max) of {rounds} rounds, one thread; share: of the copy's, round by round.");
        foreach (int bytes in new[] { 32 << 10, 256 << 10, 4 << 20, 64 << 20, 256 << 20 })
            Measure(bytes, rounds);
        return 0;
    }

    private static void Measure(int bytes, int rounds)
    {
        void* target = NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        void* source = NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        new Span<byte>(target, bytes).Clear();
        new Span<byte>(source, bytes).Clear();
        try
        {
            (string Name, int Streams, Action Body)[] sides =
            [
                ("copy", 2, () => new Span<byte>(source, bytes).CopyTo(new Span<byte>(target, bytes))),
                .. from type in new[] { ElementType.Float32, ElementType.Float64, ElementType.Int64 }
                   from op in new[] { ReduceOp.Sum, ReduceOp.Max }
                   let reducer = Reducer.Of(type, op)
                   select ($"{op} of {type.Name()}", 3, (Action)(() =>
                       reducer.Reduce(new Span<byte>(target, bytes), new Span<byte>(source, bytes)))),
            ];
            int repeats = Math.Max(1, (64 << 20) / bytes);
            var rates = sides.Select(_ => new List<double>()).ToArray();
            for (int round = -1; round < rounds; round++)
            {
                for (int side = 0; side < sides.Length; side++)
                {
                    long began = Stopwatch.GetTimestamp();
                    for (int repeat = 0; repeat < repeats; repeat++)
                        sides[side].Body();
                    double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
                    if (round >= 0)
                        rates[side].Add((double)sides[side].Streams * bytes * repeats / seconds / 1e9);
                }
            }

            Console.WriteLine($"{bytes >> 10} KiB");
            for (int side = 0; side < sides.Length; side++)
            {
                var share = new Measurements(rates[side].Zip(rates[0], (rate, copy) => rate / copy));
                Console.WriteLine($"  {sides[side].Name,-18}{new Measurements(rates[side]).Show("0.0"),-26}{share.Show("0.00")}");
            }
        }
        finally
        {
            NativeMemory.AlignedFree(target);
            NativeMemory.AlignedFree(source);
        }
    }
}
