using System.Diagnostics;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Rendezvous;
using Orchestrator.Models.Training.Overlap;

namespace Orchestrator.Bench.Overlap;

/// <summary>
/// An AllReduce of all gradients beside one of the survivors alone, packed before and unpacked after, between two ranks that
/// share a mask; in turn, round by round.
/// </summary>
internal static class MaskedExchangeBenchmark
{
    public static int Run(Options options)
    {
        int rounds = options.Number("rounds", 15);
        Transport transport = options.Text("transport", "tcp") == "tcp" ? Transport.Tcp : Transport.SharedMemory;
        Console.WriteLine($"{transport}, 2 ranks as threads with connections of their own; milliseconds, median (min–max) of {rounds} rounds, sides in turn.");
        Console.WriteLine("| MiB | density | dense | pack, exchange, unpack | dense / packed, round by round | bytes on the wire, of dense |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (int mebibytes in new[] { 1, 4, 16, 64 })
        {
            foreach (double density in new[] { 0.05, 0.1, 0.2 })
                Measure(transport, mebibytes, density, rounds);
        }

        return 0;
    }

    private static void Measure(Transport transport, int mebibytes, double density, int rounds)
    {
        int count = mebibytes << 18;
        var random = new Random(1);
        var bits = new byte[(count / 8) + SurvivorPacking.BitSlack + 1];
        int survivors = 0;
        for (int index = 0; index < count; index++)
        {
            bool stays = random.NextDouble() < density;
            survivors += stays ? 1 : 0;
            bits[index / 8] |= (byte)((stays ? 1 : 0) << (index % 8));
        }

        string folder = Directory.CreateTempSubdirectory("masked-").FullName;
        var dense = new double[rounds];
        var packed = new double[rounds];
        try
        {
            Thread[] ranks = [.. Enumerable.Range(0, 2).Select(rank => new Thread(() => Rank(rank)))];
            foreach (Thread rank in ranks)
                rank.Start();
            foreach (Thread rank in ranks)
                rank.Join();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        var ratio = new Measurements(dense.Zip(packed, (all, few) => all / few));
        Console.WriteLine(
            $"| {mebibytes} | {density:0%} | {new Measurements(dense).Show("0.00", 1e3)} | {new Measurements(packed).Show("0.00", 1e3)} | {ratio.Show("0.0")} | {survivors / (double)count:0.0%} |");

        void Rank(int rank)
        {
            using Communicator ring = Communicator.Join(
                new RingMember("masked", 1, rank, 2), new FileRendezvous(folder), new CommunicatorOptions { Transport = transport }, CancellationToken.None);
            float[] flat = GC.AllocateArray<float>(count, pinned: true);
            float[] few = GC.AllocateArray<float>(survivors + SurvivorPacking.Slack, pinned: true);
            for (int round = -3; round < rounds; round++)
            {
                double all = Time(ring, () => ring.AllReduce(flat.AsSpan()));
                double survivorsAlone = Time(ring, () =>
                {
                    SurvivorPacking.Pack(flat, bits, 0, few);
                    ring.AllReduce(few.AsSpan(0, survivors));
                    SurvivorPacking.Unpack(few, bits, 0, flat);
                });
                if (rank == 0 && round >= 0)
                    (dense[round], packed[round]) = (all, survivorsAlone);
            }
        }
    }

    private static double Time(Communicator ring, Action body)
    {
        ring.Barrier();
        long began = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
