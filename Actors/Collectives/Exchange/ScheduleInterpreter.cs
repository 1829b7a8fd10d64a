using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Runs one rank's part of a schedule over a transport. What it does is the same on paper in the schedule's walk.</summary>
internal static class ScheduleInterpreter
{
    /// <summary>Runs the schedule on one bucket.</summary>
    /// <param name="schedule">A proven schedule.</param>
    /// <param name="transport">This rank's end of the wires, within an operation.</param>
    /// <param name="payload">The whole buffer and what belongs to it, in memory that stays where it is.</param>
    /// <param name="bucket">The part to work on.</param>
    public static void Run(Schedule schedule, ITransport transport, in Payload payload, Bucket bucket)
    {
        ImmutableArray<Step> steps = schedule.ByRank[transport.Rank];
        Bounds bounds = new(new ChunkLayout(bucket.Count, schedule.Chunks), bucket, payload);
        for (int at = 0; at < steps.Length; at++)
        {
            Step step = steps[at];
            if (step.Kind == StepKind.AwaitSent)
            {
                transport.AwaitSent(step.Peer, step.Chunk);
                continue;
            }

            Envelope envelope = bounds.EnvelopeOf(step.Chunk, step.Count);
            Span<byte> home = bounds.Home(envelope, payload);
            Span<byte> place = step.Place == Step.Home ? home : bounds.Scratch(step.Place, home.Length, payload);
            switch (step.Kind)
            {
                case StepKind.Send:
                    transport.Send(step.Peer, envelope, place);
                    break;
                case StepKind.Receive:
                    transport.Receive(step.Peer, envelope, place, reducer: null);
                    break;
                case StepKind.ReceiveReduce:
                    transport.Receive(step.Peer, envelope, place, payload.Reducer);
                    break;
                case StepKind.Reduce:
                    payload.Reducer!.Reduce(home, place);
                    break;
                default:
                    throw new ArgumentException($"Schedule `{schedule.Name}` has a step {step}.", nameof(schedule));
            }
        }
    }

    /// <summary>Bytes of scratch that a schedule needs for buckets of at most so many elements.</summary>
    public static long ScratchBytes(Schedule schedule, ElementType type, int elementsMax) =>
        schedule.Scratch * SlotBytes(new ChunkLayout(elementsMax, schedule.Chunks), type);

    /// <summary>A scratch place begins at a cache line.</summary>
    private static long SlotBytes(ChunkLayout layout, ElementType type)
    {
        const int line = 64;
        return ((layout.LengthOf(0) * type.Bytes()) + line - 1) / line * line;
    }

    private readonly ref struct Bounds(ChunkLayout layout, Bucket bucket, in Payload payload)
    {
        private readonly ChunkLayout _layout = layout;
        private readonly int _start = bucket.Start;
        private readonly ElementType _type = payload.Type;
        private readonly long _length = payload.Length;
        private readonly long _slot = SlotBytes(layout, payload.Type);

        public Envelope EnvelopeOf(int chunk, int count) =>
            new(_type, _length, _start + _layout.StartOf(chunk), (int)_layout.LengthOf(chunk, count));

        public Span<byte> Home(in Envelope envelope, in Payload payload) =>
            payload.Buffer.Slice((int)(envelope.Start * _type.Bytes()), envelope.Bytes);

        public Span<byte> Scratch(int place, int bytes, in Payload payload) =>
            payload.Scratch.Slice((int)(place * _slot), bytes);
    }
}

/// <summary>What a collective works on.</summary>
/// <param name="buffer">All of it, pinned.</param>
/// <param name="scratch">As much as <see cref="ScheduleInterpreter.ScratchBytes"/> says, pinned.</param>
/// <param name="type">Of the elements.</param>
/// <param name="reducer">Null where nothing is reduced.</param>
internal readonly ref struct Payload(Span<byte> buffer, Span<byte> scratch, ElementType type, Reducer? reducer)
{
    public Span<byte> Buffer { get; } = buffer;

    public Span<byte> Scratch { get; } = scratch;

    public ElementType Type { get; } = type;

    public Reducer? Reducer { get; } = reducer;

    /// <summary>Elements.</summary>
    public long Length { get; } = buffer.Length / type.Bytes();
}

/// <summary>A part of a buffer, in elements.</summary>
internal readonly record struct Bucket(int Start, int Count)
{
    /// <summary>
    /// Cuts a buffer into buckets of at most so many elements. An empty buffer is one empty bucket: the ranks still
    /// meet, and find out whether they agree.
    /// </summary>
    public static Buckets Of(int length, long elementsMax) =>
        new(length, (int)Math.Clamp(elementsMax, 1, Math.Max(length, 1)));

    /// <summary>The buckets of a buffer, one after the other, without a thing on the heap.</summary>
    internal record struct Buckets(int Length, int Size)
    {
        private int _next;

        public Bucket Current { get; private set; }

        public readonly Buckets GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next > 0 && _next >= Length)
                return false;
            Current = new Bucket(_next, Math.Min(Size, Length - _next));
            _next += Size;
            return true;
        }
    }
}
