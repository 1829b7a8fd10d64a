using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// Runs a schedule on clocks, over <see cref="Links"/>. All ranks begin at time 0, and there is always room for a send.
/// </summary>
internal sealed class LinkSimulation
{
    private readonly ScheduleProgram _program;
    private readonly ChunkBytes _bytes;
    private readonly Links _links;
    private readonly int[] _next;
    private readonly double[] _now;
    private readonly double[] _sendPortFree;
    private readonly double[] _receivePortFree;

    /// <summary>When a message was all there, and when it was taken; NaN before.</summary>
    private readonly double[] _arrived;
    private readonly double[] _taken;
    private readonly double[] _moving;
    private readonly EventQueue _arrivals;
    private readonly Stack<int> _awake = new();

    private LinkSimulation(ScheduleProgram program, ChunkBytes bytes, Links links)
    {
        (_program, _bytes, _links) = (program, bytes, links);
        int worldSize = program.Schedule.WorldSize;
        _next = program.Begin[..worldSize];
        (_now, _sendPortFree, _receivePortFree) = (new double[worldSize], new double[worldSize], new double[worldSize]);
        _moving = new double[program.Messages.Length];
        _arrived = new double[program.Messages.Length];
        _taken = new double[program.Messages.Length];
        Array.Fill(_arrived, double.NaN);
        Array.Fill(_taken, double.NaN);
        _arrivals = new EventQueue(worldSize);
    }

    /// <summary>When the last rank is done; +∞ where some never are.</summary>
    public static double Run(ScheduleProgram program, ChunkBytes bytes, Links links)
    {
        LinkSimulation simulation = new(program, bytes, links);
        for (int rank = 0; rank < simulation._now.Length; rank++)
            simulation.Wake(rank);
        while (simulation._arrivals.TryTake(out double time, out int message))
            simulation.Arrive(message, time);
        for (int rank = 0; rank < simulation._now.Length; rank++)
        {
            if (simulation._next[rank] < program.Begin[rank + 1])
                return double.PositiveInfinity;
        }

        return simulation._now.Max();
    }

    private void Arrive(int message, double time)
    {
        int to = _program.Messages[message].To;
        _arrived[message] = _receivePortFree[to] = Math.Max(time, _receivePortFree[to]) + _moving[message];
        if (IsStuckAt(to, message))
            Wake(to);
    }

    private bool IsStuckAt(int rank, int message) =>
        _next[rank] < _program.Begin[rank + 1] && _program.Ops[_next[rank]].Message == message;

    private void Wake(int rank)
    {
        _awake.Push(rank);
        while (_awake.TryPop(out int awake))
        {
            int end = _program.Begin[awake + 1];
            while (_next[awake] < end && TryStep(awake, _program.Ops[_next[awake]]))
                _next[awake]++;
        }
    }

    private bool TryStep(int rank, in ScheduleProgram.Op op)
    {
        switch (op.Kind)
        {
            case StepKind.Send:
                Send(rank, op);
                return true;
            case StepKind.Receive or StepKind.ReceiveReduce:
                return TryReceive(rank, op);
            case StepKind.Reduce:
                _now[rank] += _links.Inside.Adding.At(_bytes.Of(op.Chunk, op.Count));
                return true;
            default:
                double taken = _taken[op.Message];
                if (double.IsNaN(taken))
                    return false;
                _now[rank] = Math.Max(_now[rank], taken);
                return true;
        }
    }

    private void Send(int rank, in ScheduleProgram.Op op)
    {
        int to = _program.Messages[op.Message].To;
        LinkCosts link = LinkOf(rank, to);
        double departure = Math.Max(_now[rank], _sendPortFree[rank]);
        double moving = link.Moving.At(_bytes.Of(op.Chunk, op.Count));
        _moving[op.Message] = moving;
        _sendPortFree[rank] = departure + moving;
        _arrivals.Add(departure + link.Alpha, op.Message);
    }

    private bool TryReceive(int rank, in ScheduleProgram.Op op)
    {
        if (op.Message == ScheduleProgram.NoMessage || double.IsNaN(_arrived[op.Message]))
            return false;
        double taken = Math.Max(_now[rank], _arrived[op.Message]);
        int from = _program.Messages[op.Message].From;
        _taken[op.Message] = _now[rank] = taken;
        if (op.Kind == StepKind.ReceiveReduce)
            _now[rank] += LinkOf(from, rank).Adding.At(_bytes.Of(op.Chunk, op.Count));
        if (IsStuckAt(from, op.Message))
            _awake.Push(from);
        return true;
    }

    private LinkCosts LinkOf(int from, int to) =>
        _links.NodeSize > 1 && from / _links.NodeSize == to / _links.NodeSize ? _links.Inside : _links.Between;
}
