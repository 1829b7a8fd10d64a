using System.Numerics;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

/// <summary>
/// Runs a schedule on numbers, one step of a randomly chosen rank after the other, over channels of any room: what the
/// checker's proofs are held against, and written without a look at them. A receiver reads the sender's memory when it
/// takes, not when it was sent.
/// </summary>
internal sealed class RandomRun<T>
    where T : struct, INumber<T>
{
    private readonly Schedule _schedule;
    private readonly int _room;
    private readonly int[] _next;
    private readonly Dictionary<(int From, int To), Queue<Step>> _underWay = [];

    private RandomRun(Schedule schedule, int room, Func<int, int, T> valueOf)
    {
        _schedule = schedule;
        _room = room;
        _next = new int[schedule.WorldSize];
        Home = [.. Enumerable.Range(0, schedule.WorldSize)
            .Select(rank => Enumerable.Range(0, schedule.Chunks).Select(chunk => valueOf(rank, chunk)).ToArray())];
        Scratch = [.. Enumerable.Range(0, schedule.WorldSize)
            .Select(rank => Enumerable.Range(0, schedule.Scratch).Select(place => valueOf(rank, -1 - place)).ToArray())];
    }

    /// <summary>By rank and chunk.</summary>
    public T[][] Home { get; }

    private T[][] Scratch { get; }

    /// <summary>Runs until every rank is done; null if they never are, or if something sent was never received.</summary>
    public static RandomRun<T>? Of(Schedule schedule, int room, Random random, Func<int, int, T> valueOf)
    {
        RandomRun<T> run = new(schedule, room, valueOf);
        List<int> open = [.. Enumerable.Range(0, schedule.WorldSize)];
        int failures = 0;
        while (open.Count > 0 && failures < 40 * open.Count)
        {
            int rank = open[random.Next(open.Count)];
            if (run._next[rank] == schedule.ByRank[rank].Length)
                open.Remove(rank);
            else if (run.TryStep(rank))
                failures = 0;
            else if (++failures >= 40 * open.Count && open.Exists(run.CanStep))
                failures = 0;
        }

        return open.Count == 0 && run._underWay.Values.All(queue => queue.Count == 0) ? run : null;
    }

    private bool CanStep(int rank)
    {
        if (_next[rank] == _schedule.ByRank[rank].Length)
            return true;
        Step step = _schedule.ByRank[rank][_next[rank]];
        return step.Kind switch
        {
            StepKind.Send => UnderWay(rank, step.Peer).Count < _room,
            StepKind.AwaitSent => UnderWay(rank, step.Peer).Count <= step.Chunk,
            StepKind.Receive or StepKind.ReceiveReduce => UnderWay(step.Peer, rank).Count > 0,
            _ => true,
        };
    }

    private bool TryStep(int rank)
    {
        if (!CanStep(rank))
            return false;
        Step step = _schedule.ByRank[rank][_next[rank]++];
        if (step.Kind == StepKind.Send)
        {
            UnderWay(rank, step.Peer).Enqueue(step);
        }
        else if (step.Kind == StepKind.Reduce)
        {
            Home[rank][step.Chunk] += Scratch[rank][step.Place];
        }
        else if (step.Kind is StepKind.Receive or StepKind.ReceiveReduce)
        {
            Step sent = UnderWay(step.Peer, rank).Dequeue();
            for (int offset = 0; offset < Math.Min(step.Count, sent.Count); offset++)
            {
                T arriving = Place(step.Peer, sent, offset);
                ref T target = ref Place(rank, step, offset);
                target = step.Kind == StepKind.Receive ? arriving : target + arriving;
            }
        }

        return true;
    }

    private ref T Place(int rank, Step step, int offset)
    {
        if (step.Place == Step.Home)
            return ref Home[rank][step.Chunk + offset];
        return ref Scratch[rank][step.Place];
    }

    private Queue<Step> UnderWay(int from, int to)
    {
        if (!_underWay.TryGetValue((from, to), out Queue<Step>? queue))
            _underWay.Add((from, to), queue = new Queue<Step>());
        return queue;
    }
}
