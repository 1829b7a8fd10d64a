namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Finds every step that writes memory out of which a send may still be read. Only <see cref="StepKind.AwaitSent"/> counts as
/// proof that a send has been taken, not that a peer has answered or that a transport has little room. So a schedule
/// without races has none over any transport, and a receiver finds in the sender's memory what was there when it was sent.
/// </summary>
internal static class SendRaces
{
    public static IEnumerable<ScheduleFault> Of(Schedule schedule) =>
        Enumerable.Range(0, schedule.WorldSize).SelectMany(rank => Of(schedule, rank));

    private static IEnumerable<ScheduleFault> Of(Schedule schedule, int rank)
    {
        var sends = new Dictionary<int, SendsToPeer>();
        var readers = new Dictionary<int, List<(SendsToPeer Sends, int Number)>>();
        for (int index = 0; index < schedule.ByRank[rank].Length; index++)
        {
            Step step = schedule.ByRank[rank][index];
            if (step.Kind == StepKind.Send)
                Note(step, sends, readers);
            else if (step.Kind == StepKind.AwaitSent && sends.TryGetValue(step.Peer, out SendsToPeer? awaited))
                awaited.Taken = Math.Max(awaited.Taken, awaited.Sent - step.Chunk);
            else if (Written(step) is { } memory && IsRead(memory, step.Count, readers))
                yield return Race(rank, index, $"writes chunk {step.Chunk} while a peer may read it");
        }

        foreach ((int peer, SendsToPeer to) in sends)
        {
            if (to.Taken < to.Sent)
                yield return Race(rank, -1, $"ends while rank {peer} may read its memory");
        }
    }

    private static ScheduleFault Race(int rank, int index, string what) => new(ScheduleFaultKind.Race, rank, index, what);

    private static void Note(Step step, Dictionary<int, SendsToPeer> sends, Dictionary<int, List<(SendsToPeer, int)>> readers)
    {
        if (!sends.TryGetValue(step.Peer, out SendsToPeer? to))
            sends.Add(step.Peer, to = new SendsToPeer());
        to.Sent++;
        int memory = Memory(step.Chunk, step.Place);
        for (int offset = 0; offset < step.Count; offset++)
        {
            if (!readers.TryGetValue(memory + offset, out List<(SendsToPeer, int)>? ofThis))
                readers.Add(memory + offset, ofThis = []);
            ofThis.Add((to, to.Sent));
        }
    }

    private static bool IsRead(int memory, int count, Dictionary<int, List<(SendsToPeer Sends, int Number)>> readers)
    {
        bool isRead = false;
        for (int offset = 0; offset < count; offset++)
        {
            if (!readers.TryGetValue(memory + offset, out List<(SendsToPeer Sends, int Number)>? ofThis))
                continue;
            ofThis.RemoveAll(reader => reader.Number <= reader.Sends.Taken);
            isRead |= ofThis.Count > 0;
        }

        return isRead;
    }

    private static int? Written(Step step) => step.Kind switch
    {
        StepKind.Receive or StepKind.ReceiveReduce => Memory(step.Chunk, step.Place),
        StepKind.Reduce => step.Chunk,
        _ => null,
    };

    /// <summary>Chunks at home are numbered upwards from 0, scratch places downwards from −1, whatever chunk they hold.</summary>
    private static int Memory(int chunk, int place) => place == Step.Home ? chunk : -1 - place;

    private sealed class SendsToPeer
    {
        public int Sent { get; set; }

        public int Taken { get; set; }
    }
}
