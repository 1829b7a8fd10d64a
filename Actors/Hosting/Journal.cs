using Microsoft.Data.Sqlite;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Actors.Hosting;

/// <summary>The coordinator's journal as a file.</summary>
internal static class Journal
{
    /// <summary>
    /// Has SQLite write ahead: a commit is one flush instead of three. The mode stays in the file; no connection string can
    /// ask for it. Each commit is flushed (SQLite's default there, <c>synchronous = FULL</c>).
    /// </summary>
    /// <exception cref="RunStoreException">The file cannot be made or written.</exception>
    public static void Prepare(RunStore store)
    {
        try
        {
            using var connection = new SqliteConnection(store.JournalConnectionString);
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode = WAL;";
            command.ExecuteNonQuery();
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            throw StoreFaults.From(exception, store.JournalPath);
        }
    }

    /// <summary>Closes the connections that are kept for the next use: the last one takes the write-ahead file along.</summary>
    public static void Close(RunStore store)
    {
        using var connection = new SqliteConnection(store.JournalConnectionString);
        SqliteConnection.ClearPool(connection);
    }
}
