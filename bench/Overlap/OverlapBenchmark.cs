using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Models.Native;
using Orchestrator.Models.Training;

namespace Orchestrator.Bench.Overlap;

/// <summary>
/// What the gradient exchange adds to a training step. In each round every way of exchanging takes its turn:
/// <code>
///   none       nothing is exchanged                     added = step − step of none
///   blocking   all buckets, behind the backward pass    overlap = 1 − added / added by blocking
///   overlap    each bucket as soon as it is final
/// </code>
/// Beside it, what the training thread itself counts: the time that it waits for the exchange behind the backward pass, less
/// what it waits there without one. It does not see what the communication thread takes from the backward pass, but neither
/// does it see the noise of the machine.
/// Stock data-parallel order without overlap, from the end of the buffer behind the backward pass, is what blocking does: the
/// same operations in another order, with nothing beside them.
/// </summary>
/// <remarks>
/// Communication alone is the time that the exchange takes by itself: for a simulated link what it is told to take, for
/// ranks that are threads what blocking adds, since there the exchange computes and cannot be had without its ranks.
/// </remarks>
internal static class OverlapBenchmark
{
    private const double LinkLatencySeconds = 20e-6;

    private static readonly OverlapCase[] Cases =
    [
        new("1 × 512", 512, 1),
        new("2 × 512", 512, 2),
        new("4 × 256", 256, 4),
        new("4 × 256, unclipped", 256, 4, ClipNorm: 0),
        new("2 × 256 both ways", 256, 2, Bidirectional: true),
        new("2 × 512, 90 % masked", 512, 2, Sparsity: 0.9),
    ];

    public static int Run(Options options)
    {
        TorchRuntime.Initialize();
        int rounds = options.Number("rounds", 9);
        int steps = options.Number("steps", 4);
        string part = options.Text("part", "all");
        OverlapCase[] cases = [.. Cases.Where(work => options.Text("case", work.Name) == work.Name)];
        if (part is "all" or "link")
            Links(cases, rounds, steps);
        if (part is "all" or "ranks")
            Ranks(cases, rounds, steps, options.Number("ranks", 0));
        return 0;
    }

    /// <summary>Communication that needs no processor: one rank bound to one core, a peer that is simulated.</summary>
    private static void Links(OverlapCase[] cases, int rounds, int steps)
    {
        Console.WriteLine(
            $"One rank and its communication thread on one core, batch 32; a link with {LinkLatencySeconds * 1e6:0} µs latency, so fast that communication takes the given share of the backward pass; {rounds} rounds of {steps} steps, in turn.");
        Console.WriteLine("| network | sent, MB | operations | shortest backward, ms | share | communication alone, ms | added blocking, ms | added with overlap, ms | waited blocking, ms | waited with overlap, ms | exposed of communication |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (OverlapCase work in cases)
        {
            NoExchange probe = Probe(work, rounds);
            foreach (double share in new[] { 0.1, 0.25, 0.5, 0.9 })
                Link(work, probe, share, rounds, steps);
        }
    }

    private static NoExchange Probe(OverlapCase work, int rounds)
    {
        var probe = new NoExchange(0, 2);
        var seconds = new List<double>();
        using var gang = new Gang("probe", work, 1, 32, overlap: true, _ => probe, processor: 0);
        for (int round = 0; round < rounds + 1; round++)
        {
            gang.Measure(1);
            seconds.Add(probe.BackwardSeconds);
        }

        _ = gang.Finish();
        probe.ShortestBackwardSeconds = new Measurements(seconds.Skip(1)).Min;
        return probe;
    }

    private static void Link(OverlapCase work, NoExchange probe, double share, int rounds, int steps)
    {
        double latency = (probe.Operations + 1) * LinkLatencySeconds;
        double perByte = Math.Max(0, ((share * probe.ShortestBackwardSeconds) - latency) / probe.Bytes);
        SimulatedLink[] links = [new(LinkLatencySeconds, perByte), new(LinkLatencySeconds, perByte)];
        Gang[] gangs =
        [
            new("none", work, 1, 32, overlap: true, _ => new NoExchange(0, 2), processor: 0),
            new("blocking", work, 1, 32, overlap: false, _ => links[0], processor: 0),
            new("overlap", work, 1, 32, overlap: true, _ => links[1], processor: 0),
        ];
        Measure(gangs, rounds, steps);
        double alone = links[1].Seconds;
        Measurements blocking = Added(gangs[1], gangs[0]);
        Measurements overlapped = Added(gangs[2], gangs[0]);
        Console.WriteLine(
            $"| {work.Name} | {probe.Bytes / 1e6:0.00} | {probe.Operations} | {probe.ShortestBackwardSeconds * 1e3:0.0} | {share:0%} | {alone * 1e3:0.00} | {blocking.Show("0.00", 1e3)} | {overlapped.Show("0.00", 1e3)} | {Waited(gangs[1], gangs[0]).Show("0.00", 1e3)} | {Waited(gangs[2], gangs[0]).Show("0.00", 1e3)} | {Waited(gangs[2], gangs[0]).Median / alone:0.0%} |");
        Dispose(gangs);
    }

    /// <summary>Ranks that are threads of this process, and share its cores with their communication threads.</summary>
    private static void Ranks(OverlapCase[] cases, int rounds, int steps, int only)
    {
        Console.WriteLine($"Ranks as threads on {Environment.ProcessorCount} cores, batch 32 each, ring in memory; {rounds} rounds of {steps} steps, in turn.");
        Console.WriteLine("| network | ranks | none, ms | blocking, ms | overlap, ms | added blocking, ms | added with overlap, ms | overlap | waited blocking, ms | waited with overlap, ms | same bits |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (OverlapCase work in cases)
        {
            foreach (int ranks in only == 0 ? new[] { 2, 4 } : [only])
                Ranks(work, ranks, rounds, steps);
        }
    }

    private static void Ranks(OverlapCase work, int ranks, int rounds, int steps)
    {
        var rendezvous = new LocalRingRendezvous();
        Gang[] gangs =
        [
            new("none", work, ranks, 32, overlap: true, rank => new NoExchange(rank, ranks)),
            new("blocking", work, ranks, 32, overlap: false, rank => Join("blocking", rank)),
            new("overlap", work, ranks, 32, overlap: true, rank => Join("overlap", rank)),
        ];
        Measure(gangs, rounds, steps);
        Measurements blocking = Added(gangs[1], gangs[0]);
        Measurements overlapped = Added(gangs[2], gangs[0]);
        string times = string.Join(" | ", gangs.Select(gang => new Measurements(gang.Rounds).Show("0.0", 1e3)));
        float[][] weights = Dispose(gangs);
        bool isSame = weights[1].AsSpan().SequenceEqual(weights[2]);
        Console.WriteLine(
            $"| {work.Name} | {ranks} | {times} | {blocking.Show("0.0", 1e3)} | {overlapped.Show("0.0", 1e3)} | {1 - (overlapped.Median / blocking.Median):0%} | {Waited(gangs[1], gangs[0]).Show("0.0", 1e3)} | {Waited(gangs[2], gangs[0]).Show("0.0", 1e3)} | {(isSame ? "yes" : "NO")} |");

        IGradientExchange Join(string ring, int rank) => rendezvous.Join(ring, 1, rank, ranks, CancellationToken.None);
    }

    private static void Measure(Gang[] gangs, int rounds, int steps)
    {
        foreach (Gang gang in gangs)
        {
            gang.Measure(2); // warms up: compiles, allocates
            gang.Rounds.Clear();
            gang.Waited.Clear();
        }

        for (int round = 0; round < rounds; round++)
        {
            foreach (Gang gang in gangs)
                gang.Measure(steps);
        }
    }

    /// <summary>Round by round, so that what the machine does meanwhile hits both.</summary>
    private static Measurements Added(Gang with, Gang without) => new(with.Rounds.Zip(without.Rounds, (one, other) => one - other));

    private static Measurements Waited(Gang with, Gang without) => new(with.Waited.Zip(without.Waited, (one, other) => one - other));

    private static float[][] Dispose(Gang[] gangs)
    {
        float[][] weights = [.. gangs.Select(gang => gang.Finish())];
        foreach (Gang gang in gangs)
            gang.Dispose();
        return weights;
    }
}
