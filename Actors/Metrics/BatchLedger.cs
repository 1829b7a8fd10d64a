using System.Collections.Immutable;

namespace Orchestrator.Actors.Metrics;

/// <summary>Which batches are in and which attempts are still heard. Per trial the newest token counts, and what it sent.</summary>
internal sealed class BatchLedger
{
    private readonly Dictionary<string, Book> _books = new(StringComparer.Ordinal);

    /// <summary>Raises the fence: attempts with an older token are stale from now on.</summary>
    public void Fence(string trial, long token)
    {
        if (token > NewestToken(trial))
            _books[trial] = new Book(token);
    }

    public long NewestToken(string trial) => _books.TryGetValue(trial, out Book? book) ? book.Token : 0;

    public Verdict Admit(string trial, long token, int rank, long sequence)
    {
        Fence(trial, token);
        Book book = _books[trial];
        if (token < book.Token)
            return Verdict.Stale;
        Received before = book.ByRank.GetValueOrDefault(rank, Received.None);
        if (before.Contains(sequence))
            return Verdict.Duplicate;
        book.ByRank[rank] = before.Add(sequence);
        return Verdict.New;
    }

    internal enum Verdict
    {
        New,
        Duplicate,
        Stale,
    }

    private sealed class Book(long token)
    {
        public long Token => token;

        public Dictionary<int, Received> ByRank { get; } = [];
    }

    /// <summary>A set of sequence numbers: all below <paramref name="Next"/>, and a few above it that came out of turn.</summary>
    private sealed record Received(long Next, ImmutableSortedSet<long> Ahead)
    {
        public static readonly Received None = new(0, []);

        public bool Contains(long sequence) => sequence < Next || Ahead.Contains(sequence);

        public Received Add(long sequence)
        {
            ImmutableSortedSet<long> ahead = Ahead.Add(sequence);
            long next = Next;
            while (ahead.Contains(next))
                ahead = ahead.Remove(next++);
            return new Received(next, ahead);
        }
    }
}
