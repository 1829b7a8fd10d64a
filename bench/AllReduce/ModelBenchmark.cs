using System.Globalization;
using Newtonsoft.Json.Linq;

namespace Orchestrator.Bench.AllReduce;

/// <summary>
/// The cost model against the clock: every algorithm × size × world size × transport, predicted from links that were measured
/// at the start of the same process, and whether <c>auto</c> chose well.
/// </summary>
internal static class ModelBenchmark
{
    private const string Algorithms = "auto,ring,tree,double-tree,recursive-doubling,halving-doubling,direct,chain";

    public static int Run(Options options)
    {
        int rounds = options.Number("rounds", 5);
        string milliseconds = options.Text("milliseconds", "20");
        string[] transports = options.Text("transports", "in-process,shared-memory,tcp").Split(',');
        string[] ranks = options.Text("world-sizes", "2,3,4,8").Split(',');
        string[] sizes = options.Text("sizes", "1024,4096,16384,65536,262144,1048576,4194304,16777216,67108864,268435456").Split(',');
        List<Point> all = [];
        foreach (string transport in transports)
        {
            foreach (string worldSize in ranks)
            {
                var points = new List<Point>();
                for (int round = 0; round < rounds; round++)
                    points.AddRange(OwnProgram.AllReduce(transport, worldSize, milliseconds, Algorithms, sizes).Select(point => Point.Of(point, round)));
                Print(transport, worldSize, points);
                all.AddRange(points);
            }
        }

        Console.WriteLine();
        Console.WriteLine("All together:");
        Summarize(all);
        return 0;
    }

    private static void Print(string transport, string worldSize, List<Point> points)
    {
        Console.WriteLine();
        Console.WriteLine($"{transport}, {worldSize} ranks: microseconds measured / predicted, medians of the rounds; the fastest is marked *.");
        string[] algorithms = [.. points.Select(point => point.Algorithm).Distinct()];
        Console.WriteLine($"{"bytes",10}  {string.Concat(algorithms.Select(algorithm => $"{algorithm,-22}"))}");
        foreach (IGrouping<long, Point> size in points.GroupBy(point => point.Bytes))
        {
            var measured = algorithms.ToDictionary(algorithm => algorithm, algorithm => Median(size, algorithm, point => point.Measured));
            double least = measured.Where(pair => pair.Key != "auto").Min(pair => pair.Value);
            Console.WriteLine($"{size.Key,10}  {string.Concat(algorithms.Select(algorithm => Cell(size, algorithm, least)))}");
        }

        Summarize(points);

        string Cell(IEnumerable<Point> size, string algorithm, double least)
        {
            double time = Median(size, algorithm, point => point.Measured);
            string text = string.Create(
                CultureInfo.InvariantCulture,
                $"{time * 1e6:0.0} / {Median(size, algorithm, point => point.Predicted) * 1e6:0.0}{(time <= least ? "*" : "")}");
            return $"{text,-22}";
        }
    }

    /// <summary>
    /// The model's error of a case is that of its median round. A choice is good if, in a case's median round, it took at most a
    /// tenth longer than the best fixed algorithm of that round.
    /// </summary>
    private static void Summarize(List<Point> points)
    {
        var errors = points.Where(point => point.Algorithm != "auto")
            .GroupBy(point => (point.Transport, point.WorldSize, point.Bytes, point.Algorithm))
            .Select(rounds => new Measurements(rounds.Select(point => Math.Abs(point.Predicted - point.Measured) / point.Measured)).Median);
        var regrets = points.GroupBy(point => (point.Transport, point.WorldSize, point.Bytes)).Select(Regret).ToArray();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Error of the model: median {100 * new Measurements(errors).Median:0} %. Choice within 10 % of the best measured: {100.0 * regrets.Count(regret => regret <= 1.1) / regrets.Length:0} % of {regrets.Length} cases, within 25 %: {100.0 * regrets.Count(regret => regret <= 1.25) / regrets.Length:0} %, median {new Measurements(regrets).Median:0.00}, worst {regrets.Max():0.00}."));
    }

    private static double Regret(IEnumerable<Point> oneCase) => new Measurements(oneCase.GroupBy(point => point.Round).Select(round =>
        round.Single(point => point.Algorithm == "auto").Measured
        / round.Where(point => point.Algorithm != "auto").Min(point => point.Measured))).Median;

    private static double Median(IEnumerable<Point> points, string algorithm, Func<Point, double> of) =>
        new Measurements(points.Where(point => point.Algorithm == algorithm).Select(of)).Median;

    private sealed record Point(
        string Transport, int WorldSize, string Algorithm, long Bytes, double Measured, double Predicted, int Round)
    {
        public static Point Of(JToken point, int round) => new(
            (string)point["transport"]!,
            (int)point["worldSize"]!,
            (string)point["algorithm"]!,
            (long)point["bytes"]!,
            (double)point["singleSeconds"]!,
            (double)point["predictedSeconds"]!,
            round);
    }
}
