using System.CommandLine;
using System.CommandLine.Parsing;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Measurement;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Display;
using Orchestrator.Execution;
using Orchestrator.Models.Training;

namespace Orchestrator.Commands;

/// <summary><c>bench allreduce</c>: how fast this machine's ranks exchange.</summary>
internal static class BenchCommand
{
    /// <summary>What a process for a rank is started with; it is in no help.</summary>
    public const string RankVerb = "bench-rank";

    private const long BytesMin = 8;
    private const long BytesMax = 1 << 30;
    private const int WorldSizeMax = 64;

    private static readonly string[] Types = ["float32", "float64", "float16", "bfloat16", "int64"];
    private static readonly string[] Ops = ["sum", "min", "max"];

    private static readonly (string Name, Transport? Transport)[] Transports =
        [("in-process", null), ("shared-memory", Transport.SharedMemory), ("tcp", Transport.Tcp)];

    public static Command Create(Terminal terminal) => new("bench", "Measures this machine.") { AllReduce(terminal) };

    public static string NameOf(AllReduceAlgorithm algorithm) => algorithm switch
    {
        AllReduceAlgorithm.Auto => "auto",
        AllReduceAlgorithm.Ring => "ring",
        AllReduceAlgorithm.Tree => "tree",
        AllReduceAlgorithm.DoubleTree => "double-tree",
        AllReduceAlgorithm.RecursiveDoubling => "recursive-doubling",
        AllReduceAlgorithm.HalvingDoubling => "halving-doubling",
        AllReduceAlgorithm.Direct => "direct",
        AllReduceAlgorithm.Chain => "chain",
        AllReduceAlgorithm.Hierarchical => "hierarchical",
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "No such algorithm."),
    };

    private static Command AllReduce(Terminal terminal)
    {
        Option<IReadOnlyList<int>> worldSizes = List("--world-size", "N,…", "Numbers of ranks; absent: 2.", [2], ParseWorldSize);
        Option<IReadOnlyList<string>> transports = List(
            "--transport",
            "KIND,…",
            "`in-process` (threads), `shared-memory` and `tcp` (processes, over loopback); absent: all.",
            OperatingSystem.IsLinux() ? ["in-process", "shared-memory", "tcp"] : ["in-process", "tcp"],
            text => OneOf(text, Transports.Select(transport => transport.Name)));
        Option<IReadOnlyList<AllReduceAlgorithm>> algorithms = List(
            "--algorithm", "NAME,…", $"{string.Join(", ", AlgorithmNames())}; absent: all.", Enum.GetValues<AllReduceAlgorithm>(), ParseAlgorithm);
        Option<IReadOnlyList<long>> sizes = List(
            "--sizes", "BYTES,…", "Bytes of the buffer, such as `4KiB`; absent: from 1 KiB to 64 MiB, each four times the one before.",
            [.. Enumerable.Range(0, 9).Select(power => 1024L << (2 * power))], ParseSize);
        Option<string> type = Choice("--type", "Type of the elements", Types);
        Option<string> op = Choice("--op", "How they are reduced", Ops);
        Option<int> channels = Number("--channels", "Rings side by side, of the ring algorithm", 1, 64, 1);
        Option<int> nodeSize = Number("--node-size", "Ranks on a node, of the hierarchical algorithm", 1, WorldSizeMax, 2);
        var bucket = new Option<long>("--bucket")
        {
            Description = "Bytes per bucket; absent: `4MiB`.",
            HelpName = "BYTES",
            DefaultValueFactory = _ => 4 << 20,
            CustomParser = result => Parsed(result, ParseSize(result.Tokens[0].Value)),
        };
        Option<int> time = Number("--milliseconds", "About how long a point is measured in each of the two ways", 1, 600_000, 200);
        var unbound = new Option<bool>("--unbound") { Description = "Lets the ranks move from core to core, even where each could have one of its own." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "allreduce",
            "Measures AllReduce, for each transport, world size, algorithm and size, call by call and back to back, and checks the results.")
        {
            worldSizes, transports, algorithms, sizes, type, op, channels, nodeSize, bucket, time, unbound, json,
        };
        command.SetAction((parsed, _) => ExecuteAsync(
            [
                .. from transport in parsed.GetRequiredValue(transports)
                   from worldSize in parsed.GetRequiredValue(worldSizes)
                   select new BenchRequest(
                       Transports.Single(known => known.Name == transport).Transport,
                       worldSize,
                       parsed.GetRequiredValue(algorithms),
                       parsed.GetRequiredValue(sizes),
                       parsed.GetRequiredValue(type),
                       Enum.Parse<ReduceOp>(parsed.GetRequiredValue(op), ignoreCase: true),
                       parsed.GetValue(channels),
                       parsed.GetValue(nodeSize),
                       parsed.GetValue(bucket),
                       parsed.GetValue(time),
                       Bind: !parsed.GetValue(unbound)),
            ],
            parsed.GetValue(json),
            terminal));
        return command;
    }

    private static async Task<int> ExecuteAsync(IReadOnlyList<BenchRequest> rings, bool json, Terminal terminal)
    {
        Terminal beside = terminal.Beside(json);
        using StopSignals signals = StopSignals.Listen(() => beside.Error.WriteLine("Stopping."));
        var answer = new JArray();
        bool allRight = true;
        try
        {
            foreach (BenchRequest ring in rings)
            {
                string transport = Transports.Single(known => known.Transport == ring.Transport).Name;
                if (!json)
                    BenchText.WriteHead(transport, ring.WorldSize, terminal);
                await BenchRing.RunAsync(ring, point => Tell(transport, point), signals.Token);
            }
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            return ExitCode.Stopped;
        }
        catch (Exception failure) when (failure is BenchRankException or CollectiveException)
        {
            terminal.Error.WriteLine(failure.Message);
            return ExitCode.SomeFailed;
        }

        if (json)
            terminal.Out.WriteLine(answer.ToString(Formatting.Indented));
        return allRight ? ExitCode.Done : ExitCode.SomeFailed;

        void Tell(string transport, BenchmarkPoint point)
        {
            allRight &= point.Wrong == 0;
            if (json)
                answer.Add(BenchText.Json(transport, point));
            else
                BenchText.WriteRow(point, terminal);
        }
    }

    private static Option<IReadOnlyList<T>> List<T>(
        string name, string helpName, string description, IReadOnlyList<T> absent, Func<string, (T Value, string? Error)> parse) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => absent,
            CustomParser = result =>
            {
                var values = new List<T>();
                foreach (string text in result.Tokens[0].Value.Split(',', StringSplitOptions.TrimEntries))
                {
                    (T value, string? error) = parse(text);
                    if (error is not null)
                        result.AddError($"`{name}` takes {error}; found `{text}`.");
                    values.Add(value);
                }

                return values;
            },
        };

    private static Option<string> Choice(string name, string description, string[] choices) => new(name)
    {
        Description = $"{description}: {string.Join(", ", choices)}; absent: {choices[0]}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => choices[0],
        CustomParser = result => Parsed(result, OneOf(result.Tokens[0].Value, choices)),
    };

    private static Option<int> Number(string name, string description, int least, int most, int absent) => new(name)
    {
        Description = $"{description}; absent: {absent}.",
        HelpName = "N",
        DefaultValueFactory = _ => absent,
        CustomParser = result => Parsed(result, ParseNumber(result.Tokens[0].Value, least, most)),
    };

    private static T? Parsed<T>(ArgumentResult result, (T Value, string? Error) parsed)
    {
        if (parsed.Error is null)
            return parsed.Value;
        result.AddError($"`{((OptionResult)result.Parent!).Option.Name}` takes {parsed.Error}; found `{result.Tokens[0].Value}`.");
        return default;
    }

    private static (int, string?) ParseWorldSize(string text) => ParseNumber(text, 1, WorldSizeMax);

    private static (int, string?) ParseNumber(string text, int least, int most) =>
        int.TryParse(text, out int number) && number >= least && number <= most
            ? (number, null)
            : (0, $"a whole number from {least} to {most}");

    private static (long, string?) ParseSize(string text) =>
        ByteSizes.TryParse(text, out long bytes) && bytes is >= BytesMin and <= BytesMax && bytes % BytesMin == 0
            ? (bytes, null)
            : (0, $"multiples of {BytesMin} bytes up to {ByteSizes.Text(BytesMax)}, such as `4KiB`");

    private static (AllReduceAlgorithm, string?) ParseAlgorithm(string text)
    {
        (string name, string? error) = OneOf(text, AlgorithmNames());
        return error is null ? (Enum.GetValues<AllReduceAlgorithm>().Single(algorithm => NameOf(algorithm) == name), null) : (default, error);
    }

    private static IEnumerable<string> AlgorithmNames() => Enum.GetValues<AllReduceAlgorithm>().Select(NameOf);

    private static (string, string?) OneOf(string text, IEnumerable<string> names) =>
        names.Contains(text, StringComparer.Ordinal)
            ? (text, null)
            : (text, $"one of {string.Join(", ", names.Select(name => $"`{name}`"))}");
}
