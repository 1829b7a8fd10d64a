using Microsoft.Data.Sqlite;

namespace Orchestrator.Experiments.Runs;

/// <summary>Tells the failures of a disk apart by their codes, never by their texts.</summary>
public static class StoreFaults
{
    // errno values of Linux; .NET puts them into HResult as they are. On Windows the low word is the Win32 code.
    private const int ENoSpace = 28;
    private const int EReadOnly = 30;
    private const int EQuota = 122;
    private const int WindowsDiskFull = 0x70;
    private const int WindowsHandleDiskFull = 0x27;

    private const int SqliteBusy = 5;
    private const int SqliteReadOnly = 8;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;

    /// <summary>Whether an exception is one of the disk's: then <see cref="From"/> names it.</summary>
    public static bool IsStorage(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or SqliteException or RunStoreException;

    internal static bool IsDisk(IOException exception) =>
        FaultOf(exception) is RunStoreFault.Full or RunStoreFault.ReadOnly || exception is DirectoryNotFoundException;

    /// <summary>The failure in the store's own words.</summary>
    public static RunStoreException From(Exception exception, string place)
    {
        if (exception is RunStoreException known)
            return known;

        RunStoreFault fault = FaultOf(exception);
        string message = fault switch
        {
            RunStoreFault.Full => $"No space is left for `{place}`. Nothing that was stored is lost; free some space and type `orchestrator resume`.",
            RunStoreFault.ReadOnly => $"`{place}` cannot be written to: {exception.Message} Give it write permission, or choose another folder with --runs.",
            RunStoreFault.InUse => $"`{place}` is locked by another process.",
            RunStoreFault.Damaged => $"`{place}` is damaged: {exception.Message}",
            RunStoreFault.Missing => $"`{place}` is not there.",
            _ => $"`{place}` cannot be read or written: {exception.Message}",
        };
        return new RunStoreException(fault, message, exception);
    }

    private static RunStoreFault FaultOf(Exception exception) => exception switch
    {
        UnauthorizedAccessException => RunStoreFault.ReadOnly,
        FileNotFoundException or DirectoryNotFoundException => RunStoreFault.Missing,
        SqliteException sqlite => FaultOf(sqlite.SqliteErrorCode),
        IOException io => (io.HResult & 0xFFFF) switch
        {
            ENoSpace or EQuota or WindowsDiskFull or WindowsHandleDiskFull => RunStoreFault.Full,
            EReadOnly => RunStoreFault.ReadOnly,
            _ => RunStoreFault.Io,
        },
        _ => RunStoreFault.Io,
    };

    private static RunStoreFault FaultOf(int sqliteCode) => sqliteCode switch
    {
        SqliteBusy => RunStoreFault.InUse,
        SqliteReadOnly or SqliteCannotOpen => RunStoreFault.ReadOnly,
        SqliteCorrupt or SqliteNotADatabase => RunStoreFault.Damaged,
        SqliteFull => RunStoreFault.Full,
        _ => RunStoreFault.Io,
    };
}
