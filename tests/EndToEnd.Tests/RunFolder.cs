using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>What a run left, for comparing two runs byte by byte.</summary>
internal sealed class RunFolder(string directory)
{
    public string Directory => directory;

    /// <summary>The only run below a folder of runs.</summary>
    public static RunFolder In(string runs) => new(System.IO.Directory.GetDirectories(runs).Single());

    /// <summary>Hash of the weights of each trial, by trial.</summary>
    public SortedDictionary<string, string> Weights()
    {
        string[] files = System.IO.Directory.GetFiles(Path.Combine(directory, "trials"), "weights.safetensors", SearchOption.AllDirectories);
        return new(files.ToDictionary(file => Path.GetFileName(Path.GetDirectoryName(file)!), Hash), StringComparer.Ordinal);
    }

    /// <summary>All points that no clock decides, in full precision and in order.</summary>
    public string[] Metrics() =>
        [.. Points().Where(point => !point.Name.StartsWith("clock/", StringComparison.Ordinal))
            .Select(point => $"{point.Trial} {point.Name} {point.Step} {point.Epoch:R} {point.Value:R}")];

    /// <summary>All values of one metric.</summary>
    public IEnumerable<double> ValuesOf(string name) => Points().Where(point => point.Name == name).Select(point => point.Value);

    private List<Point> Points()
    {
        string connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(directory, "metrics.db"),
            Pooling = false,
        }.ConnectionString;
        using var database = new SqliteConnection(connection);
        database.Open();
        using SqliteCommand command = database.CreateCommand();
        command.CommandText = """
            SELECT trial, names.name, step, epoch, value FROM metrics JOIN names ON names.id = metrics.name
            ORDER BY trial, names.name, step;
            """;
        using SqliteDataReader reader = command.ExecuteReader();
        var points = new List<Point>();
        while (reader.Read())
        {
            points.Add(new Point(
                reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetDouble(3), reader.IsDBNull(4) ? double.NaN : reader.GetDouble(4)));
        }

        return points;
    }

    /// <summary>Hash of each file of the report without times, by name.</summary>
    public async Task<SortedDictionary<string, string>> ReportAsync(string target)
    {
        Ended ended = await Program.RunAsync(Path.GetDirectoryName(directory)!, "report", directory, "--reproducible", "--output", target);
        Assert.That(ended.ExitCode, Is.Zero, ended.ToString());
        return new(System.IO.Directory.GetFiles(target).ToDictionary(file => Path.GetFileName(file), Hash), StringComparer.Ordinal);
    }

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private sealed record Point(string Trial, string Name, long Step, double Epoch, double Value);
}
