using System.Runtime.CompilerServices;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

/// <summary>
/// A rank that joins a ring in shared memory as all do, and then does to the memory whatever the test wants. To dispose of
/// it is to die: the kernel takes its locks away, and nobody is told.
/// </summary>
internal sealed unsafe class RogueRank : IDisposable
{
    private readonly SharedSegment _segment;

    private RogueRank(SharedSegment segment, int rank)
    {
        _segment = segment;
        Rank = rank;
    }

    public int Rank { get; }

    public SegmentLayout Layout => _segment.Layout;

    public byte* Start => _segment.Start;

    /// <summary>The whole memory.</summary>
    public Span<byte> Memory => new(_segment.Start, (int)Layout.Bytes);

    public static RogueRank Join(RingMember member, IRendezvous rendezvous, int ringBytes)
    {
        SegmentLayout layout = new(member.WorldSize, ringBytes);
        string name = "-";
        SharedSegment? made = member.Rank == 0 ? SharedSegment.Create(layout, out name) : null;
        name = rendezvous.Exchange(member, name, TimeSpan.FromSeconds(30), CancellationToken.None)[0];
        RogueRank joined = new(made ?? SharedSegment.Open(name, member.Rank, layout), member.Rank);
        joined.Word(SegmentLayout.RankAt(member.Rank) + SegmentLayout.JoinedMarkAt) = 1;
        Interlocked.Increment(ref joined.Word(SegmentLayout.JoinedAt));
        Interlocked.Increment(ref joined.Word(SegmentLayout.ReadyAt));
        return joined;
    }

    public ref int Word(long at) => ref Unsafe.AsRef<int>(_segment.Start + at);

    public ref long LongWord(long at) => ref Unsafe.AsRef<long>(_segment.Start + at);

    /// <summary>Bytes that this rank says to have written to another.</summary>
    public ref long WrittenTo(int rank) => ref LongWord(Layout.ChannelAt(Rank, rank) + SegmentLayout.WrittenAt);

    /// <summary>Bytes that this rank says to have read from another.</summary>
    public ref long ReadFrom(int rank) => ref LongWord(Layout.ChannelAt(rank, Rank) + SegmentLayout.ReadAt);

    /// <summary>The memory of the ring to another rank.</summary>
    public Span<byte> RingTo(int rank) => new(_segment.Start + Layout.RingAt(Rank, rank), Layout.RingBytes);

    /// <summary>This rank's end of the ring to another.</summary>
    public OutgoingStream StreamTo(int rank) =>
        new(_segment.Start + Layout.ChannelAt(Rank, rank), _segment.Start + Layout.RingAt(Rank, rank), Layout.RingBytes);

    /// <summary>Says to have begun and done so many operations.</summary>
    public void HasDone(long operations)
    {
        long area = SegmentLayout.RankAt(Rank);
        Volatile.Write(ref LongWord(area + SegmentLayout.BegunAt), operations);
        Volatile.Write(ref LongWord(area + SegmentLayout.DoneAt), operations);
    }

    public void Dispose() => _segment.Dispose();
}
