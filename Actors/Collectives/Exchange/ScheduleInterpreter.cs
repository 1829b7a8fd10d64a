using System.Numerics;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Runs one rank's part of a schedule over a transport. <see cref="ScheduleWalk"/> is the same on paper.</summary>
internal static class ScheduleInterpreter
{
    /// <summary>Sums up one bucket.</summary>
    /// <param name="schedule">A proven schedule.</param>
    /// <param name="transport">This rank's end of the wires, within an operation.</param>
    /// <param name="buffer">The whole buffer, in memory that stays where it is.</param>
    /// <param name="bucket">The part to sum up.</param>
    public static void Run<T>(Schedule schedule, ITransport transport, Span<T> buffer, Bucket bucket)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        ChunkLayout layout = new(bucket.Count, schedule.Chunks);
        foreach (Step step in schedule.ByRank[transport.Rank])
        {
            if (step.Send is { } send)
            {
                Envelope envelope = EnvelopeOf<T>(layout, send.Chunk, bucket, buffer.Length);
                transport.Send<T>(send.To, envelope, buffer.Slice((int)envelope.Start, envelope.Count));
            }

            if (step.Receive is { } receive)
            {
                Envelope envelope = EnvelopeOf<T>(layout, receive.Chunk, bucket, buffer.Length);
                transport.Receive(
                    receive.From, envelope, buffer.Slice((int)envelope.Start, envelope.Count), receive.OnArrival);
            }

            if (step.Send is { } sent && transport.Semantics == SendSemantics.Rendezvous)
                transport.AwaitTaken(sent.To);
        }
    }

    private static unsafe Envelope EnvelopeOf<T>(ChunkLayout layout, int chunk, Bucket bucket, int length)
        where T : unmanaged =>
        new(sizeof(T), length, bucket.Start + layout.StartOf(chunk), (int)layout.LengthOf(chunk));
}

/// <summary>A part of a buffer, in elements.</summary>
internal readonly record struct Bucket(int Start, int Count)
{
    /// <summary>
    /// Cuts a buffer into buckets of at most so many elements. An empty buffer is one empty bucket: the ranks still
    /// meet, and find out whether they agree.
    /// </summary>
    public static IEnumerable<Bucket> Of(int length, long elementsMax)
    {
        int size = (int)Math.Clamp(elementsMax, 1, Math.Max(length, 1));
        int start = 0;
        do
        {
            int count = Math.Min(size, length - start);
            yield return new Bucket(start, count);
            start += count;
        }
        while (start < length);
    }
}
