using Microsoft.Data.Sqlite;
using Newtonsoft.Json;

namespace Orchestrator.Experiments.Runs;

/// <summary>
/// Metrics, results and environments in SQLite, in write-ahead mode with a full sync at each commit: what was acknowledged
/// outlives kill −9 and power loss. One connection behind a lock; writers hand in whole batches.
/// </summary>
internal sealed class MetricsDatabase : IDisposable
{
    private const string Schema = """
        CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE metrics (
            trial TEXT NOT NULL, name INTEGER NOT NULL, step INTEGER NOT NULL, epoch REAL NOT NULL, value REAL,
            PRIMARY KEY (trial, name, step)) WITHOUT ROWID;
        CREATE TABLE results (trial TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE environments (id TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
        """;

    private const int CannotOpen = 14;

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly Dictionary<string, long> _nameIds = new(StringComparer.Ordinal);

    private MetricsDatabase(string path, SqliteConnection connection)
    {
        _path = path;
        _connection = connection;
    }

    public static void Create(string path)
    {
        using SqliteConnection connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
        Execute(connection, "PRAGMA journal_mode = WAL;");
        Execute(connection, Schema);
        Execute(connection, $"PRAGMA user_version = {RunStore.FormatVersion};");
        Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE);");
    }

    public static MetricsDatabase Open(string path, bool writing)
    {
        if (writing)
            return Open(path, path, SqliteOpenMode.ReadWrite, "PRAGMA synchronous = FULL;");
        try
        {
            return Open(path, path, ReadMode(path));
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == CannotOpen && File.Exists(path) && !File.Exists(path + "-wal"))
        {
            // On a disk that takes no writes the log's index cannot be made, nor is it needed: nobody can write.
            return Open(path, $"{new Uri(path).AbsoluteUri}?immutable=1", SqliteOpenMode.ReadOnly);
        }
    }

    public void Append(IReadOnlyCollection<StoredMetric> metrics, IReadOnlyCollection<StoredResult> results) => Guarded(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        try
        {
            InsertMetrics(metrics, transaction);
            foreach (StoredResult result in results)
                Insert("INSERT OR IGNORE INTO results VALUES ($id, $content);", result.TrialId, JsonConvert.SerializeObject(result), transaction);
            transaction.Commit();
        }
        catch
        {
            _nameIds.Clear(); // names of this transaction are rolled back with it
            throw;
        }

        return 0;
    });

    public void Record(RunEnvironment environment) => Guarded(() =>
    {
        Insert("INSERT OR IGNORE INTO environments VALUES ($id, $content);", environment.Id, JsonConvert.SerializeObject(environment), transaction: null);
        return 0;
    });

    public IReadOnlyDictionary<string, StoredResult> Results() => Guarded(() =>
        Pairs("SELECT trial, content FROM results;").ToDictionary(
            pair => pair.Key, pair => Parse<StoredResult>(pair.Value), StringComparer.Ordinal));

    public IReadOnlyDictionary<string, RunEnvironment> Environments() => Guarded(() =>
        Pairs("SELECT id, content FROM environments;").ToDictionary(
            pair => pair.Key, pair => Parse<RunEnvironment>(pair.Value), StringComparer.Ordinal));

    public StoredResult? ResultOf(string trialId) => Guarded(() =>
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT content FROM results WHERE trial = $trial;";
        _ = command.Parameters.AddWithValue("$trial", trialId);
        return command.ExecuteScalar() is string content ? Parse<StoredResult>(content) : null;
    });

    public IReadOnlyList<StoredMetric> MetricsOf(string trialId) => Guarded(() =>
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = """
            SELECT names.name, metrics.step, metrics.epoch, metrics.value FROM metrics JOIN names ON names.id = metrics.name
            WHERE metrics.trial = $trial ORDER BY names.name, metrics.step;
            """;
        _ = command.Parameters.AddWithValue("$trial", trialId);
        using SqliteDataReader reader = command.ExecuteReader();
        var points = new List<StoredMetric>();
        while (reader.Read())
        {
            points.Add(new StoredMetric(
                trialId, reader.GetString(0), reader.GetInt64(1), reader.GetDouble(2), reader.IsDBNull(3) ? double.NaN : reader.GetDouble(3)));
        }

        return points;
    });

    public void Dispose()
    {
        lock (_gate)
            _connection.Dispose();
    }

    private static MetricsDatabase Open(string path, string source, SqliteOpenMode mode, string setup = "")
    {
        SqliteConnection connection = Connect(source, mode);
        try
        {
            Execute(connection, $"{setup} PRAGMA busy_timeout = 10000;");
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM names;";
            _ = command.ExecuteScalar();
            return new MetricsDatabase(path, connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection Connect(string source, SqliteOpenMode mode)
    {
        var builder = new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false };
        var connection = new SqliteConnection(builder.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A reader of a write-ahead database writes its index file beside it; where the folder takes no writes it must not try.</summary>
    private static SqliteOpenMode ReadMode(string path) =>
        File.Exists(path + "-wal") ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadOnly;

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        _ = command.ExecuteNonQuery();
    }

    private static T Parse<T>(string content) =>
        JsonConvert.DeserializeObject<T>(content) ?? throw new JsonSerializationException("The content is null.");

    private T Guarded<T>(Func<T> action)
    {
        lock (_gate)
        {
            try
            {
                return action();
            }
            catch (SqliteException exception)
            {
                throw StoreFaults.From(exception, _path);
            }
            catch (JsonException exception)
            {
                throw new RunStoreException(RunStoreFault.Damaged, $"`{_path}` is damaged: {exception.Message}", exception);
            }
        }
    }

    private void InsertMetrics(IReadOnlyCollection<StoredMetric> metrics, SqliteTransaction transaction)
    {
        if (metrics.Count == 0)
            return;

        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT OR IGNORE INTO metrics VALUES ($trial, $name, $step, $epoch, $value);";
        SqliteParameter trial = command.Parameters.Add("$trial", SqliteType.Text);
        SqliteParameter name = command.Parameters.Add("$name", SqliteType.Integer);
        SqliteParameter step = command.Parameters.Add("$step", SqliteType.Integer);
        SqliteParameter epoch = command.Parameters.Add("$epoch", SqliteType.Real);
        SqliteParameter value = command.Parameters.Add("$value", SqliteType.Real);
        foreach (StoredMetric metric in metrics)
        {
            trial.Value = metric.TrialId;
            name.Value = NameId(metric.Name, transaction);
            step.Value = metric.Step;
            epoch.Value = metric.Epoch;
            value.Value = double.IsNaN(metric.Value) ? DBNull.Value : metric.Value;
            _ = command.ExecuteNonQuery();
        }
    }

    private long NameId(string name, SqliteTransaction transaction)
    {
        if (_nameIds.TryGetValue(name, out long known))
            return known;

        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT OR IGNORE INTO names (name) VALUES ($name); SELECT id FROM names WHERE name = $name;";
        _ = command.Parameters.AddWithValue("$name", name);
        long id = (long)command.ExecuteScalar()!;
        _nameIds.Add(name, id);
        return id;
    }

    private void Insert(string sql, string id, string content, SqliteTransaction? transaction)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        _ = command.Parameters.AddWithValue("$id", id);
        _ = command.Parameters.AddWithValue("$content", content);
        _ = command.ExecuteNonQuery();
    }

    private IEnumerable<KeyValuePair<string, string>> Pairs(string sql)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
            yield return KeyValuePair.Create(reader.GetString(0), reader.GetString(1));
    }
}
