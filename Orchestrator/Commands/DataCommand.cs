using System.CommandLine;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Display;
using Orchestrator.Execution;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;
using Spectre.Console;

namespace Orchestrator.Commands;

/// <summary><c>data list|fetch|verify</c>: the files that data sets need.</summary>
internal static class DataCommand
{
    public static Command Create(Terminal terminal) => new("data", "Lists, fetches and checks the files of data sets.")
    {
        List(terminal),
        Fetch(terminal),
        Verify(terminal),
    };

    private static Command List(Terminal terminal)
    {
        Option<string?> data = CommonOptions.Data();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("list", "Shows the kinds of data sets, their licences and whether their files are there.") { data, json };
        command.SetAction(parsed => WriteList(DataRoot.Find(parsed.GetValue(data)), parsed.GetValue(json), terminal));
        return command;
    }

    private static Command Fetch(Terminal terminal)
    {
        Argument<string[]> names = Names(ArgumentArity.OneOrMore);
        Option<string?> data = CommonOptions.Data();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("fetch", "Fetches files from their canonical addresses, and checks them.") { names, data, json };
        command.SetAction((parsed, _) => FetchAsync(
            FilesOf(parsed.GetRequiredValue(names)), DataRoot.Find(parsed.GetValue(data)), parsed.GetValue(json), terminal));
        return command;
    }

    private static Command Verify(Terminal terminal)
    {
        Argument<string[]> names = Names(ArgumentArity.ZeroOrMore);
        Option<string?> data = CommonOptions.Data();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("verify", "Checks size and hash of the files: of those named, which must be there, or of all that are there.")
        {
            names, data, json,
        };
        command.SetAction(parsed => WriteVerified(
            parsed.GetValue(names) ?? [], DataRoot.Find(parsed.GetValue(data)), parsed.GetValue(json), terminal));
        return command;
    }

    private static Argument<string[]> Names(ArgumentArity arity) =>
        new("NAME") { Description = "Names of files or of kinds of data sets, as `data list` shows them.", Arity = arity };

    private static IReadOnlyList<DataFile> FilesOf(IEnumerable<string> names) => [.. names.SelectMany(FilesOf).Distinct()];

    private static IReadOnlyList<DataFile> FilesOf(string name)
    {
        IReadOnlyList<DataFile> files = DataSets.FilesOf(name);
        if (files.Count > 0)
            return files;
        if (DataSets.All.Any(info => info.Kind == name))
            throw new UsageException($"`{name}` is generated: it has no files.");
        string[] known = [.. DataSets.Files.Select(file => file.Name).Concat(DataSets.All.Where(info => info.NeedsFiles).Select(info => info.Kind)).Distinct()];
        string hint = NearestName.Of(name, known) is { } nearest ? $" Did you mean `{nearest}`?" : "";
        throw new UsageException($"There are no data `{name}`.{hint} Known: {string.Join(", ", known)}.");
    }

    private static int WriteList(DataRoot root, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Out.WriteLine(new JArray(DataSets.All.Select(info => new JObject
            {
                ["kind"] = info.Kind,
                ["title"] = info.Title,
                ["task"] = info.Task.ToString().ToLowerInvariant(),
                ["licence"] = info.Licence,
                ["citation"] = info.Citation,
                ["files"] = new JArray(info.Files.Select(file => Json(DataVerifier.Verify(file, root)))),
            })).ToString(Formatting.Indented));
            return ExitCode.Done;
        }

        Table table = Tables.Create(("Kind", false), ("Data", false), ("Licence", false), ("Files", false));
        foreach (DataSetInfo info in DataSets.All)
        {
            IEnumerable<string> files = info.Files.Select(file => $"{file.Name}: {StateOf(DataVerifier.Verify(file, root))}");
            Tables.Row(table, info.Kind, info.Title, info.Licence, info.NeedsFiles ? string.Join("\n", files) : "none needed");
        }

        terminal.Out.WriteLine(root.Directory is { } directory ? $"Data folder: {directory}" : $"No data folder: set {DataRoot.Variable} or give --data.");
        Tables.Write(table, terminal);
        return ExitCode.Done;
    }

    private static async Task<int> FetchAsync(IReadOnlyList<DataFile> files, DataRoot root, bool json, Terminal terminal)
    {
        string directory = root.Directory
            ?? throw new UsageException($"There is no folder to put the files in: set {DataRoot.Variable} or give --data FOLDER.");
        Terminal beside = terminal.Beside(json);
        using var stop = StopSignals.Listen(() => beside.Out.WriteLine("Stopping."));
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd($"orchestrator/{ThisMachine.Version}");
        var fetcher = new DataFetcher(client);
        var reports = new List<DataFileReport>();
        foreach (DataFile file in files)
        {
            DataFileReport report = await fetcher.FetchAsync(file, directory, new FetchProgress(beside), stop.Token);
            beside.Out.WriteLine($"{file.RelativePath}: {StateOf(report)}");
            reports.Add(report);
        }

        if (json)
            terminal.Out.WriteLine(new JArray(reports.Select(Json)).ToString(Formatting.Indented));
        return ExitCode.Done;
    }

    private static int WriteVerified(string[] names, DataRoot root, bool json, Terminal terminal)
    {
        IReadOnlyList<DataFile> files = names.Length == 0 ? DataSets.Files : FilesOf(names);
        DataFileReport[] reports = [.. files.Select(file => DataVerifier.Verify(file, root))];
        if (json)
        {
            terminal.Out.WriteLine(new JArray(reports.Select(Json)).ToString(Formatting.Indented));
        }
        else
        {
            foreach (DataFileReport report in reports)
                terminal.Out.WriteLine($"{report.File.Name}: {StateOf(report)}{(report.Problem is null ? "" : $": {report.Problem}")}");
        }

        bool isBad = reports.Any(report => report.State == DataFileState.Wrong || (names.Length > 0 && report.State == DataFileState.Missing));
        return isBad ? ExitCode.BadInput : ExitCode.Done;
    }

    private static JObject Json(DataFileReport report) => new()
    {
        ["name"] = report.File.Name,
        ["path"] = report.File.RelativePath,
        ["state"] = StateOf(report),
        ["bytes"] = report.Bytes,
        ["bytesExpected"] = report.File.Bytes,
        ["sha256Expected"] = report.File.Sha256,
        ["url"] = report.File.Url?.ToString(),
        ["problem"] = report.Problem,
    };

    private static string StateOf(DataFileReport report) => report.State switch
    {
        DataFileState.Ok => "ok",
        DataFileState.OkRepacked => "ok (another packing of the same recordings)",
        DataFileState.Missing => "missing",
        DataFileState.Wrong => "wrong",
        _ => throw new ArgumentOutOfRangeException(nameof(report), report.State, "Not a state of a file."),
    };

    /// <summary>A line for every megabyte.</summary>
    private sealed class FetchProgress(Terminal terminal) : IProgress<DataProgress>
    {
        private const long BytesBetween = 1_000_000;

        private long _next = BytesBetween;

        public void Report(DataProgress value)
        {
            if (value.Bytes < _next)
                return;
            _next = value.Bytes + BytesBetween;
            string of = value.BytesExpected is { } expected ? $" of {expected:N0}" : "";
            terminal.Out.WriteLine($"{value.File.RelativePath}: {value.Bytes:N0}{of} bytes");
        }
    }
}
