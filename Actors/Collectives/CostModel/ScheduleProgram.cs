using System.Runtime.CompilerServices;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// A schedule as a simulation runs it: all ranks' steps in one array, and each message with a number that its send, its receive
/// and the waits for it know. As channels keep their order, what meets what is known without running anything.
/// </summary>
internal sealed class ScheduleProgram
{
    /// <summary>The message of a receive or a wait that nothing is sent for.</summary>
    public const int NoMessage = -1;

    private static readonly ConditionalWeakTable<Schedule, ScheduleProgram> Programs = [];

    private ScheduleProgram(Schedule schedule)
    {
        Schedule = schedule;
        Begin = new int[schedule.WorldSize + 1];
        for (int rank = 0; rank < schedule.WorldSize; rank++)
            Begin[rank + 1] = Begin[rank] + schedule.ByRank[rank].Length;
        Ops = new Op[Begin[^1]];
        Messages = new Message[schedule.ByRank.Sum(steps => steps.Count(step => step.Kind == StepKind.Send))];
        Link();
    }

    public Schedule Schedule { get; }

    /// <summary>Rank r has the steps from Begin[r] up to Begin[r + 1].</summary>
    public int[] Begin { get; }

    public Op[] Ops { get; }

    public Message[] Messages { get; }

    public static ScheduleProgram Of(Schedule schedule) =>
        Programs.GetValue(schedule, static key => new ScheduleProgram(key));

    private void Link()
    {
        Dictionary<(int From, int To), List<int>> sent = [];
        int message = 0;
        for (int rank = 0; rank < Schedule.WorldSize; rank++)
        {
            foreach ((int index, Step step) in Schedule.ByRank[rank].Index())
            {
                if (step.Kind != StepKind.Send)
                    continue;
                Messages[message] = new Message(rank, step.Peer);
                Ops[Begin[rank] + index] = new Op(step.Kind, message, step.Chunk, step.Count);
                Channel(rank, step.Peer).Add(message++);
            }
        }

        for (int rank = 0; rank < Schedule.WorldSize; rank++)
            LinkReceives(rank);

        void LinkReceives(int rank)
        {
            Dictionary<int, int> received = [];
            Dictionary<int, int> sentTo = [];
            foreach ((int index, Step step) in Schedule.ByRank[rank].Index())
            {
                switch (step.Kind)
                {
                    case StepKind.Send:
                        sentTo[step.Peer] = sentTo.GetValueOrDefault(step.Peer) + 1;
                        continue;
                    case StepKind.AwaitSent:
                        int awaited = sentTo.GetValueOrDefault(step.Peer) - step.Chunk - 1;
                        Ops[Begin[rank] + index] = awaited < 0
                            ? new Op(StepKind.Reduce, NoMessage, 0, 0)
                            : new Op(step.Kind, Channel(rank, step.Peer)[awaited], 0, 0);
                        break;
                    case StepKind.Receive or StepKind.ReceiveReduce:
                        int number = received.GetValueOrDefault(step.Peer);
                        received[step.Peer] = number + 1;
                        List<int> channel = Channel(step.Peer, rank);
                        int taken = number < channel.Count ? channel[number] : NoMessage;
                        Ops[Begin[rank] + index] = new Op(step.Kind, taken, step.Chunk, step.Count);
                        break;
                    default:
                        Ops[Begin[rank] + index] = new Op(step.Kind, NoMessage, step.Chunk, step.Count);
                        break;
                }
            }
        }

        List<int> Channel(int from, int to)
        {
            if (!sent.TryGetValue((from, to), out List<int>? channel))
                sent.Add((from, to), channel = []);
            return channel;
        }
    }

    /// <param name="Kind">What is done.</param>
    /// <param name="Message">Which is sent, received or awaited.</param>
    /// <param name="Chunk">The first chunk.</param>
    /// <param name="Count">Chunks in a row.</param>
    internal readonly record struct Op(StepKind Kind, int Message, int Chunk, int Count);

    internal readonly record struct Message(int From, int To);
}

/// <summary>Bytes of chunks in a row, without a division for each.</summary>
internal readonly struct ChunkBytes(long length, int chunks, int elementBytes)
{
    private readonly long _each = length / chunks;
    private readonly int _longer = (int)(length % chunks);
    private readonly int _elementBytes = elementBytes;

    public long Of(int chunk, int count) =>
        ((count * _each) + Math.Min(chunk + count, _longer) - Math.Min(chunk, _longer)) * _elementBytes;
}
