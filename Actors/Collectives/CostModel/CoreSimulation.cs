using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// Runs a schedule on clocks, on the cores of one machine (<see cref="MachineCosts"/>). What a rank has to move or to add is a
/// piece of work; the rank that could begin first is served first, on the core that is free first, and keeps it for the
/// piece. All ranks begin at time 0, and there is always room for a send.
/// </summary>
internal sealed class CoreSimulation
{
    private readonly ScheduleProgram _program;
    private readonly ChunkBytes _bytes;
    private readonly MachineCosts _costs;
    private readonly MessageTime _senders;
    private readonly MessageTime _receivers;
    private readonly int[] _next;
    private readonly double[] _now;
    private readonly double[] _coreFree;
    private readonly int[] _rankOnCore;

    /// <summary>When a message was offered, and when it was taken; NaN before.</summary>
    private readonly double[] _offered;
    private readonly double[] _taken;
    private readonly EventQueue _ready;

    private CoreSimulation(ScheduleProgram program, ChunkBytes bytes, MachineCosts costs)
    {
        (_program, _bytes, _costs) = (program, bytes, costs);
        _senders = costs.Link.Moving.Times(costs.SenderShare);
        _receivers = costs.Link.Moving.Times(1 - costs.SenderShare);
        int worldSize = program.Schedule.WorldSize;
        _next = program.Begin[..worldSize];
        _now = new double[worldSize];
        int cores = Math.Min(costs.Cores, worldSize);
        (_coreFree, _rankOnCore) = (new double[cores], [.. Enumerable.Range(0, cores)]);
        _offered = new double[program.Messages.Length];
        _taken = new double[program.Messages.Length];
        Array.Fill(_offered, double.NaN);
        Array.Fill(_taken, double.NaN);
        _ready = new EventQueue(worldSize);
    }

    /// <summary>When the last rank is done; +∞ where some never are.</summary>
    public static double Run(ScheduleProgram program, ChunkBytes bytes, MachineCosts costs)
    {
        CoreSimulation simulation = new(program, bytes, costs);
        for (int rank = 0; rank < simulation._now.Length; rank++)
            simulation.GoOn(rank);
        while (simulation._ready.TryTake(out double time, out int rank))
            simulation.Work(rank, time);
        for (int rank = 0; rank < simulation._now.Length; rank++)
        {
            if (simulation._next[rank] < program.Begin[rank + 1])
                return double.PositiveInfinity;
        }

        return simulation._now.Max();
    }

    /// <summary>Past all steps that are no work, to the next piece of work that can begin, or to where it cannot.</summary>
    private void GoOn(int rank)
    {
        for (; _next[rank] < _program.Begin[rank + 1]; _next[rank]++)
        {
            ScheduleProgram.Op op = _program.Ops[_next[rank]];
            if (op.Kind != StepKind.AwaitSent)
            {
                if (CanBegin(op))
                    _ready.Add(Begin(rank, op), rank);
                return;
            }

            if (double.IsNaN(_taken[op.Message]))
                return;
            _now[rank] = Math.Max(_now[rank], _taken[op.Message]);
        }
    }

    private bool CanBegin(in ScheduleProgram.Op op) => op.Kind is StepKind.Send or StepKind.Reduce
        || (op.Message != ScheduleProgram.NoMessage && !double.IsNaN(_offered[op.Message]));

    private double Begin(int rank, in ScheduleProgram.Op op) => op.Kind is StepKind.Send or StepKind.Reduce
        ? _now[rank]
        : Math.Max(_now[rank], _offered[op.Message] + _costs.Link.Alpha);

    private void Work(int rank, double ready)
    {
        ScheduleProgram.Op op = _program.Ops[_next[rank]++];
        double work = WorkOf(op);
        _now[rank] = work > 0 ? OnACore(rank, ready, work) : ready;
        if (op.Kind == StepKind.Send)
            Offer(op.Message, _now[rank]);
        else if (op.Kind != StepKind.Reduce)
            Take(op.Message, _now[rank]);
        GoOn(rank);
    }

    /// <summary>
    /// Adding alone is what it costs more to add than to copy what arrives. A reduction out of scratch passes over the memory
    /// once more, as a copy does.
    /// </summary>
    private double WorkOf(in ScheduleProgram.Op op)
    {
        long bytes = _bytes.Of(op.Chunk, op.Count);
        return op.Kind switch
        {
            StepKind.Send => Overhead(_costs.SenderShare) + _senders.At(bytes),
            StepKind.Receive => Overhead(1 - _costs.SenderShare) + _receivers.At(bytes),
            StepKind.ReceiveReduce => Overhead(1 - _costs.SenderShare) + _receivers.At(bytes) + _costs.Link.Adding.At(bytes),
            _ => _costs.Link.Moving.At(bytes) + _costs.Link.Adding.At(bytes),
        };
    }

    private double Overhead(double share) => share * _costs.PerMessage;

    private double OnACore(int rank, double ready, double work)
    {
        int chosen = 0;
        for (int core = 0; core < _coreFree.Length; core++)
        {
            if (_rankOnCore[core] == rank && _coreFree[core] <= ready)
            {
                chosen = core;
                break;
            }

            if (_coreFree[core] < _coreFree[chosen])
                chosen = core;
        }

        bool turns = _rankOnCore[chosen] != rank && _now.Length > _costs.Cores;
        double end = Math.Max(ready, _coreFree[chosen]) + work + (turns ? _costs.Switch : 0);
        (_rankOnCore[chosen], _coreFree[chosen]) = (rank, end);
        return end;
    }

    private void Offer(int message, double time)
    {
        _offered[message] = time;
        int to = _program.Messages[message].To;
        if (IsStuckAt(to, message))
            GoOn(to);
    }

    private void Take(int message, double time)
    {
        _taken[message] = time;
        int from = _program.Messages[message].From;
        if (IsStuckAt(from, message))
            GoOn(from);
    }

    private bool IsStuckAt(int rank, int message) =>
        _next[rank] < _program.Begin[rank + 1] && _program.Ops[_next[rank]].Message == message;
}
