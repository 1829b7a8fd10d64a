using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>What a schedule costs when it runs.</summary>
/// <param name="Time">Until the last rank is done, in the unit of the link's costs.</param>
/// <param name="MessagesMax">Messages sent by the rank that sends most.</param>
/// <param name="BytesSentMax">Bytes sent by the rank that sends most.</param>
internal sealed record ScheduleCost(double Time, int MessagesMax, long BytesSentMax)
{
    /// <summary>
    /// Simulates the schedule: all ranks begin at time 0, each has its own clock, links are full duplex and do not
    /// disturb each other.
    /// </summary>
    /// <remarks>
    /// A message of b bytes takes α + bβ. It sets off when its sender has begun the step and, under rendezvous, the
    /// receiver too; the receiver then adds for bγ. A step ends when what it receives is added and, under rendezvous,
    /// what it sends has arrived.
    /// </remarks>
    /// <param name="schedule">A schedule without faults.</param>
    /// <param name="length">Elements in the buffer.</param>
    /// <param name="elementBytes">Bytes of an element.</param>
    /// <param name="costs">The machine.</param>
    /// <param name="semantics">When a sender may go on.</param>
    public static ScheduleCost Of(
        Schedule schedule, long length, int elementBytes, LinkCosts costs, SendSemantics semantics = SendSemantics.Rendezvous)
    {
        Clocks clocks = new(schedule, new ChunkLayout(length, schedule.Chunks), elementBytes, costs, semantics);
        foreach (ScheduleEvent happened in ScheduleWalk.Events(schedule, semantics))
            clocks.Follow(happened);
        return clocks.Total();
    }

    private sealed class Clocks(
        Schedule schedule, ChunkLayout layout, int elementBytes, LinkCosts costs, SendSemantics semantics)
    {
        private readonly double[] _now = new double[schedule.WorldSize];
        private readonly double[] _busyUntil = new double[schedule.WorldSize];
        private readonly int[] _messages = new int[schedule.WorldSize];
        private readonly long[] _bytesSent = new long[schedule.WorldSize];
        private readonly Dictionary<(int Rank, int Step), double> _departures = [];

        public void Follow(ScheduleEvent happened)
        {
            switch (happened.Kind)
            {
                case ScheduleEventKind.Start:
                    Start(happened.Rank, happened.Step);
                    break;
                case ScheduleEventKind.Take:
                    Take(happened);
                    break;
                case ScheduleEventKind.Finish:
                    _now[happened.Rank] = _busyUntil[happened.Rank];
                    break;
                default:
                    throw new ArgumentException($"Schedule `{schedule.Name}` never ends: rank {happened.Rank} is {happened.Kind}.");
            }
        }

        public ScheduleCost Total() => new(_now.Max(), _messages.Max(), _bytesSent.Max());

        private void Start(int rank, int step)
        {
            _busyUntil[rank] = _now[rank];
            if (schedule.ByRank[rank][step].Send is not { } send)
                return;
            _departures[(rank, step)] = _now[rank];
            _messages[rank]++;
            _bytesSent[rank] += BytesOf(send.Chunk);
        }

        private void Take(ScheduleEvent taken)
        {
            (_, int rank, int step, int peer, int peerStep) = taken;
            Receive receive = schedule.ByRank[rank][step].Receive!.Value;
            long bytes = BytesOf(receive.Chunk);
            double departure = _departures[(peer, peerStep)];
            if (semantics == SendSemantics.Rendezvous)
                departure = Math.Max(departure, _now[rank]);
            double arrival = departure + costs.Alpha + (bytes * costs.Beta);
            double added = Math.Max(arrival, _now[rank]) + (receive.OnArrival == OnArrival.Add ? bytes * costs.Gamma : 0);

            _busyUntil[rank] = Math.Max(_busyUntil[rank], added);
            if (semantics == SendSemantics.Rendezvous)
                _busyUntil[peer] = Math.Max(_busyUntil[peer], arrival);
        }

        private long BytesOf(int chunk) => layout.LengthOf(chunk) * elementBytes;
    }
}
