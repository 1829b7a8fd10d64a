using System.Diagnostics;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Planning;
using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Experiments.Runs;

/// <summary>
/// Everything there is to know about one run of a sweep, in one folder: <c>run.json</c> (format version),
/// <c>sweep.json</c> as given, <c>plan.json</c>, <c>origin.json</c> (where the sweep file lay), <c>data.json</c> (the data
/// sets as they were read), <c>journal.db</c> (the coordinator's events), <c>metrics.db</c> (metrics, results,
/// environments), <c>trials/ID/</c> (checkpoints, weights), <c>report/</c>. A report reads nothing else.
/// </summary>
/// <remarks>
/// One process writes at a time (<see cref="OpenForWriting"/> takes a lock), any number read. A store appears whole or not
/// at all: it is made in a folder beside and renamed. Thread-safe.
/// </remarks>
public sealed class RunStore : IDisposable
{
    /// <summary>Version of the folder's layout and of the tables in it.</summary>
    public const int FormatVersion = 1;

    private readonly RunLock? _lock;
    private readonly MetricsDatabase _database;

    private RunStore(string directory, Plan plan, RunLock? runLock, MetricsDatabase database)
    {
        Directory = directory;
        Plan = plan;
        _lock = runLock;
        _database = database;
    }

    /// <summary>Full path of the run's folder.</summary>
    public string Directory { get; }

    public Plan Plan { get; }

    /// <summary>For Akka.Persistence.Sql with the provider <c>SQLite.MS</c>.</summary>
    public string JournalConnectionString => $"Data Source={JournalPath}";

    public string JournalPath => Path.Combine(Directory, "journal.db");

    public string ReportDirectory => Path.Combine(Directory, "report");

    /// <summary>Text of the sweep file as it was given.</summary>
    public string SweepText => File.ReadAllText(Path.Combine(Directory, "sweep.json"));

    /// <summary>The data sets as the trials saw them; empty before the first load.</summary>
    /// <exception cref="RunStoreException">The file is damaged.</exception>
    public IReadOnlyList<StoredDataSet> DataSets => RunFiles.ReadOrNull<List<StoredDataSet>>(DataPath) ?? [];

    /// <summary>Folder of the sweep file when the run was last started from it: paths of own texts begin there. Null if not known.</summary>
    public string? SweepDirectory => RunFiles.ReadOrNull<RunOrigin>(OriginPath)?.SweepDirectory;

    private string DataPath => Path.Combine(Directory, "data.json");

    private string OriginPath => Path.Combine(Directory, "origin.json");

    /// <summary>The environments in which trials of this run ended, by id.</summary>
    public IReadOnlyDictionary<string, RunEnvironment> Environments => _database.Environments();

    /// <summary>The folder that a plan's run has below <paramref name="runsDirectory"/>.</summary>
    public static string DirectoryOf(string runsDirectory, Plan plan) =>
        Path.Combine(Path.GetFullPath(runsDirectory), plan.RunName);

    /// <summary>Makes the run's folder, or finds it as an earlier process left it; then opens it for writing.</summary>
    /// <exception cref="RunStoreException">The folder cannot be written, is in use, damaged or of a newer version.</exception>
    public static RunStore CreateOrOpen(string runsDirectory, Plan plan, string sweepText)
    {
        string directory = DirectoryOf(runsDirectory, plan);
        if (!System.IO.Directory.Exists(directory))
            Create(directory, plan, sweepText);
        RemoveLeftovers(directory);
        return OpenForWriting(directory);
    }

    /// <summary>Renames a run's folder, so that the sweep can be run afresh; nothing is deleted.</summary>
    /// <returns>The folder's new path.</returns>
    /// <exception cref="RunStoreException">The run is in use, or its folder cannot be renamed.</exception>
    public static string SetAside(string directory)
    {
        string full = Path.GetFullPath(directory);
        RunLock.Take(full).Dispose(); // refuses while another process runs this sweep
        int number = 1;
        while (Path.Exists($"{full}.{number}"))
            number++;
        try
        {
            System.IO.Directory.Move(full, $"{full}.{number}");
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            throw StoreFaults.From(exception, full);
        }

        return $"{full}.{number}";
    }

    /// <summary>Whether a process has the run open for writing at this moment.</summary>
    public static bool IsInUse(string directory) => RunLock.IsTaken(Path.GetFullPath(directory));

    /// <exception cref="RunStoreException">As <see cref="CreateOrOpen"/>, and when there is no run.</exception>
    public static RunStore OpenForWriting(string directory) => Open(directory, writing: true);

    /// <exception cref="RunStoreException">There is no run, or it is damaged or of a newer version.</exception>
    public static RunStore OpenForReading(string directory) => Open(directory, writing: false);

    /// <summary>Folder of a trial's checkpoints and weights; it need not exist yet.</summary>
    public string TrialDirectory(string trialId) => Path.Combine(Directory, "trials", trialId);

    /// <summary>Stores metrics in one transaction. A point whose (trial, name, step) is there already is left as it is.</summary>
    public void AppendMetrics(IReadOnlyCollection<StoredMetric> metrics) => _database.Append(metrics, []);

    /// <summary>Stores metrics and ends of trials in one transaction; the first end of a trial stays.</summary>
    public void Append(IReadOnlyCollection<StoredMetric> metrics, IReadOnlyCollection<StoredResult> results) =>
        _database.Append(metrics, results);

    public void RecordResult(StoredResult result) => _database.Append([], [result]);

    public void RecordEnvironment(RunEnvironment environment) => _database.Record(environment);

    public void RecordDataSets(IReadOnlyList<StoredDataSet> dataSets) =>
        RunFiles.Replace(DataPath, JsonConvert.SerializeObject(dataSets, Formatting.Indented) + "\n");

    public void RecordSweepDirectory(string directory) =>
        RunFiles.Replace(OriginPath, JsonConvert.SerializeObject(new RunOrigin(directory), Formatting.Indented) + "\n");

    public IReadOnlyDictionary<string, StoredResult> Results() => _database.Results();

    public StoredResult? ResultOf(string trialId) => _database.ResultOf(trialId);

    /// <summary>All points of a trial, by name and step.</summary>
    public IReadOnlyList<StoredMetric> MetricsOf(string trialId) => _database.MetricsOf(trialId);

    /// <summary>Bytes of the journal and of the metrics, write-ahead logs included.</summary>
    public (long Journal, long Metrics) DatabaseBytes() => (SizeOf(JournalPath), SizeOf(Path.Combine(Directory, "metrics.db")));

    public void Dispose()
    {
        _database.Dispose();
        _lock?.Dispose();
    }

    private static long SizeOf(string database) =>
        new[] { database, database + "-wal" }.Select(path => new FileInfo(path)).Where(file => file.Exists).Sum(file => file.Length);

    private static void Create(string directory, Plan plan, string sweepText)
    {
        string aside = $"{directory}.new-{Environment.ProcessId}";
        try
        {
            Remove(aside);
            System.IO.Directory.CreateDirectory(Path.Combine(aside, "trials"));
            RunFiles.WriteNew(Path.Combine(aside, "sweep.json"), sweepText);
            RunFiles.WriteNew(Path.Combine(aside, "plan.json"), PlanJson.Write(plan));
            RunFiles.WriteNew(
                Path.Combine(aside, "run.json"),
                new JObject { ["format"] = FormatVersion, ["sweep"] = plan.Name, ["plan"] = plan.Hash }.ToString(Formatting.Indented) + "\n");
            MetricsDatabase.Create(Path.Combine(aside, "metrics.db"));
            DurableFile.FlushDirectory(aside);
            System.IO.Directory.Move(aside, directory);
            DurableFile.FlushDirectory(Path.GetDirectoryName(directory)!);
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception) && System.IO.Directory.Exists(directory))
        {
            // Another process was first: its store is as good as ours, and the lock decides between us.
            Remove(aside);
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            Remove(aside);
            throw StoreFaults.From(exception, directory);
        }
    }

    /// <summary>What a process left that was killed while it made this store.</summary>
    private static void RemoveLeftovers(string directory)
    {
        string prefix = Path.GetFileName(directory) + ".new-";
        foreach (string aside in System.IO.Directory.EnumerateDirectories(Path.GetDirectoryName(directory)!, prefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(aside)[prefix.Length..], out int owner) && !IsAlive(owner))
                Remove(aside);
        }
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Removes a half-made store. It is in nobody's way where that fails.</summary>
    private static void Remove(string aside)
    {
        try
        {
            if (System.IO.Directory.Exists(aside))
                System.IO.Directory.Delete(aside, recursive: true);
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            Trace.TraceWarning($"`{aside}` could not be removed: {exception.Message}");
        }
    }

    private static RunStore Open(string directory, bool writing)
    {
        string full = Path.GetFullPath(directory);
        CheckFormat(full);
        RunLock? runLock = writing ? RunLock.Take(full) : null;
        try
        {
            Plan plan = ReadPlan(full);
            var database = MetricsDatabase.Open(Path.Combine(full, "metrics.db"), writing);
            return new RunStore(full, plan, runLock, database);
        }
        catch (Exception exception)
        {
            runLock?.Dispose();
            if (StoreFaults.IsStorage(exception))
                throw StoreFaults.From(exception, full);
            throw;
        }
    }

    private static void CheckFormat(string directory)
    {
        string path = Path.Combine(directory, "run.json");
        if (!File.Exists(path))
            throw new RunStoreException(RunStoreFault.Missing, $"There is no run in `{directory}`: it holds no run.json.");

        int? format = null;
        try
        {
            format = JObject.Parse(File.ReadAllText(path)).Value<int?>("format");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidCastException or OverflowException)
        {
            throw new RunStoreException(RunStoreFault.Damaged, $"`{path}` is damaged: {exception.Message}", exception);
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            throw StoreFaults.From(exception, path);
        }

        if (format is null or < 1)
            throw new RunStoreException(RunStoreFault.Damaged, $"`{path}` is damaged: it names no format.");
        if (format > FormatVersion)
        {
            throw new RunStoreException(
                RunStoreFault.Newer,
                $"`{directory}` was written by a newer version of Orchestrator (format {format}; this one reads up to {FormatVersion}). Use that version.");
        }
    }

    private static Plan ReadPlan(string directory)
    {
        string path = Path.Combine(directory, "plan.json");
        try
        {
            return PlanJson.Read(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidDataException)
        {
            throw new RunStoreException(RunStoreFault.Damaged, $"`{path}` is damaged: {exception.Message}", exception);
        }
    }

    private sealed record RunOrigin(string SweepDirectory);
}
