using System.Text;

namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>
/// What has ended the ring, for all ranks to read: each has a place for its own account, and the accounts are numbered.
/// </summary>
/// <remarks>
/// An account is written between two increments of its version, and counted afterwards; who reads an odd version, or another
/// than before, reads again. A rank that dies while it writes leaves an odd version for ever: its account is passed over,
/// its death is found out by its lock.
/// </remarks>
internal sealed unsafe class FailureBoard(byte* segment, int worldSize)
{
    private const int VersionAt = 0;
    private const int KindAt = 4;
    private const int RankAt = 8;
    private const int RetryAt = 12;
    private const int FromAt = 16;
    private const int TicketAt = 24;
    private const int TextBytesAt = 32;
    private const int TextAt = 36;
    private const int TextBytesMax = SegmentLayout.FailureBytes - TextAt;

    /// <summary>Then an account that is being written is passed over: whoever writes it counts it when it is done.</summary>
    private const int ReadsMax = 10;

    private int _seen;
    private RingFailure? _failure;

    /// <summary>Cheap: one look at a number that hardly ever changes.</summary>
    public RingFailure? Failure
    {
        get
        {
            int failures = Volatile.Read(ref *(int*)(segment + SegmentLayout.FailuresAt));
            if (failures != _seen)
            {
                _failure = Earliest();
                _seen = failures;
            }

            return _failure;
        }
    }

    /// <summary>All accounts.</summary>
    public IEnumerable<RingFailure> Failures
    {
        get
        {
            List<RingFailure> all = [];
            for (int rank = 0; rank < worldSize; rank++)
            {
                if (Read(AccountOf(rank)) is { } account)
                    all.Add(account.Failure);
            }

            return all;
        }
    }

    /// <summary>Whether more has been written than this rank has read.</summary>
    public bool HasNews => Volatile.Read(ref *(int*)(segment + SegmentLayout.FailuresAt)) != _seen;

    /// <summary>Writes a rank's account, unless it has given one that touches as early an operation. Not by two threads at once.</summary>
    public void Write(int rank, RingFailure failure)
    {
        byte* account = AccountOf(rank);
        if (*(int*)(account + VersionAt) != 0 && *(long*)(account + FromAt) <= failure.FromOperation)
            return;
        Interlocked.Increment(ref *(int*)(account + VersionAt));
        *(int*)(account + KindAt) = (int)failure.Kind;
        *(int*)(account + RankAt) = failure.Rank;
        *(int*)(account + RetryAt) = failure.RetryHelps ? 1 : 0;
        *(long*)(account + FromAt) = failure.FromOperation;
        *(int*)(account + TicketAt) = Interlocked.Increment(ref *(int*)(segment + SegmentLayout.TicketsAt));
        Encoding.UTF8.GetEncoder().Convert(
            failure.What, new Span<byte>(account + TextAt, TextBytesMax), flush: true, out _, out int bytes, out _);
        *(int*)(account + TextBytesAt) = bytes;
        Interlocked.Increment(ref *(int*)(account + VersionAt));
        Interlocked.Increment(ref *(int*)(segment + SegmentLayout.FailuresAt));
    }

    private RingFailure? Earliest()
    {
        (RingFailure Failure, int Ticket)? earliest = null;
        for (int rank = 0; rank < worldSize; rank++)
        {
            if (Read(AccountOf(rank)) is { } account && (earliest is not { } before || IsBefore(account, before)))
                earliest = account;
        }

        return earliest?.Failure;
    }

    private static bool IsBefore((RingFailure Failure, int Ticket) account, (RingFailure Failure, int Ticket) other) =>
        (account.Failure.FromOperation, account.Ticket).CompareTo((other.Failure.FromOperation, other.Ticket)) < 0;

    private (RingFailure Failure, int Ticket)? Read(byte* account)
    {
        for (int read = 0; read < ReadsMax; read++)
        {
            int version = Volatile.Read(ref *(int*)(account + VersionAt));
            if (version == 0)
                return null;
            (RingFailure, int) found = (Parse(account), *(int*)(account + TicketAt));
            Interlocked.MemoryBarrier();
            if (version % 2 == 0 && Volatile.Read(ref *(int*)(account + VersionAt)) == version)
                return found;
            Thread.Yield();
        }

        return null;
    }

    /// <summary>Whatever is there: it may be half-written, or written by a rank gone mad.</summary>
    private RingFailure Parse(byte* account)
    {
        var kind = (CollectiveFailure)(*(int*)(account + KindAt));
        int bytes = Math.Clamp(*(int*)(account + TextBytesAt), 0, TextBytesMax);
        string text = Encoding.UTF8.GetString(account + TextAt, bytes);
        return new RingFailure(
            Enum.IsDefined(kind) ? kind : CollectiveFailure.Garbage,
            Math.Clamp(*(int*)(account + RankAt), 0, worldSize - 1),
            *(int*)(account + RetryAt) != 0,
            text)
        {
            FromOperation = *(long*)(account + FromAt),
        };
    }

    private byte* AccountOf(int rank) => segment + SegmentLayout.RankAt(rank) + SegmentLayout.FailureAt;
}
