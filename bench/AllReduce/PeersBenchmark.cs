using System.ComponentModel;
using System.Globalization;

namespace Orchestrator.Bench.AllReduce;

/// <summary>
/// AllReduce of float32 sums beside Open MPI and Gloo, ranks as processes on this machine. The sides take turns, round by
/// round: a machine may have a fast and a slow mode of shared memory, between which it switches from process to process.
/// </summary>
internal static class PeersBenchmark
{
    public static int Run(Options options)
    {
        int worldSize = options.Number("world-size", 2);
        int rounds = options.Number("rounds", 10);
        int milliseconds = options.Number("milliseconds", 50);
        string transport = options.Text("transport", "shared-memory");
        string algorithms = options.Text("algorithms", "auto,ring");
        string python = options.Text("python", "python3");
        string[] sizes = options.Text("sizes", "4096,65536,262144,1048576,4194304,16777216,104857600").Split(',');
        Side[] sides = [.. Sides(transport, worldSize, milliseconds, algorithms, python, sizes).Where(side => side.RunsHere())];
        for (int round = 0; round < rounds; round++)
        {
            foreach (Side side in sides)
                side.Measure();
        }

        Print(sides, sizes, $"{transport}, {worldSize} ranks as processes, float32 sum; {rounds} rounds, sides in turn.");
        return 0;
    }

    private static IEnumerable<Side> Sides(
        string transport, int worldSize, int milliseconds, string algorithms, string python, string[] sizes)
    {
        string ranks = worldSize.ToString(CultureInfo.InvariantCulture);
        string budget = milliseconds.ToString(CultureInfo.InvariantCulture);
        foreach (string algorithm in algorithms.Split(','))
            yield return new OwnSide("orchestrator, " + algorithm, transport, ranks, budget, algorithm, sizes);
        if (transport != "in-process")
            yield return new OwnSide("orchestrator, in-process", "in-process", ranks, budget, algorithms.Split(',')[^1], sizes);
        yield return new MpiSide(transport == "tcp" ? "tcp,self" : "vader,self", ranks, budget, sizes);
        if (transport == "tcp")
            yield return new LinesSide("Gloo", python, [Peer("allreduce_gloo.py"), ranks, budget, .. sizes]);
    }

    private static void Print(Side[] sides, string[] sizes, string title)
    {
        Console.WriteLine(title);
        Console.WriteLine("Microseconds, median (min–max) over the rounds; in brackets the peer's time as a multiple of the first side's, median of the rounds.");
        foreach (string size in sizes)
        {
            Console.WriteLine($"{size} bytes");
            foreach (Side side in sides)
            {
                Row[] rows = side.Rows(size);
                Row[] first = sides[0].Rows(size);
                if (rows.Length == 0)
                    continue;
                Console.WriteLine(
                    $"  {side.Name,-34}single {Column(rows, first, row => row.Single),-44}in a row {Column(rows, first, row => row.InARow)}");
            }
        }
    }

    private static string Column(Row[] rows, Row[] first, Func<Row, double> of)
    {
        var ratio = new Measurements(rows.Zip(first, (row, own) => of(row) / of(own)));
        return $"{new Measurements(rows.Select(of)).Show("0.0", 1e6)} [{ratio.Median.ToString("0.00", CultureInfo.InvariantCulture)}]";
    }

    private static string Peer(string file) => Path.Combine(AppContext.BaseDirectory, "peers", file);

    /// <param name="Single">Seconds of a call after a barrier.</param>
    /// <param name="InARow">Seconds of a call among others.</param>
    private readonly record struct Row(string Bytes, double Single, double InARow);

    private abstract class Side(string name)
    {
        private readonly List<Row> _rows = [];

        public string Name => name;

        public virtual bool RunsHere() => true;

        public void Measure() => _rows.AddRange(Take());

        public Row[] Rows(string bytes) => [.. _rows.Where(row => row.Bytes == bytes)];

        protected abstract IEnumerable<Row> Take();
    }

    private sealed class OwnSide(string name, string transport, string ranks, string budget, string algorithm, string[] sizes) : Side(name)
    {
        protected override IEnumerable<Row> Take()
        {
            return OwnProgram.AllReduce(transport, ranks, budget, algorithm, sizes).Select(point => new Row(
                (string)point["bytes"]!, (double)point["singleSeconds"]!, (double)point["backToBackSeconds"]!));
        }
    }

    private class LinesSide(string name, string program, string[] arguments) : Side(name)
    {
        public override bool RunsHere()
        {
            try
            {
                Take();
                return true;
            }
            catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
            {
                Console.WriteLine($"{Name}: does not run here: {exception.Message}");
                return false;
            }
        }

        protected override IEnumerable<Row> Take() =>
        [
            .. OwnProgram.Output(program, arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).Select(words => new Row(
                words[0], double.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[3], CultureInfo.InvariantCulture))),
        ];
    }

    private sealed class MpiSide(string transport, string ranks, string budget, string[] sizes) : LinesSide(
        "Open MPI",
        "mpirun",
        ["--allow-run-as-root", "--oversubscribe", "-np", ranks, "--mca", "btl", transport, Peer("allreduce_mpi"), budget, .. sizes])
    {
        public override bool RunsHere()
        {
            try
            {
                OwnProgram.Output("mpicc", ["-O2", "-o", Peer("allreduce_mpi"), Peer("allreduce_mpi.c")]);
            }
            catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
            {
                Console.WriteLine($"{Name}: cannot be compiled here: {exception.Message}");
                return false;
            }

            return base.RunsHere();
        }
    }
}
