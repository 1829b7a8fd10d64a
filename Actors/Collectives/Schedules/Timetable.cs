namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// A schedule given as messages with a round each, in whatever order: in a round every rank sends what it has to send, then
/// receives.
/// </summary>
/// <remarks>
/// It cannot deadlock, as long as a message's round is later than those of the messages that it builds on. A receive waits
/// for a send of the same round, which stands before all receives of that round; and a send waits at most until an earlier
/// message to the same peer has been taken. Where a rank has two messages for the same peer in a round, the second comes
/// after the receives of the first ones, as if it had a round of its own.
/// </remarks>
internal sealed class Timetable
{
    private readonly List<Message> _messages = [];

    public void Send(int round, int from, int to, int chunk) =>
        _messages.Add(new Message(round, Step.Send(to, chunk), Step.Receive(from, chunk)));

    public void SendToReduce(int round, int from, int to, int chunk) =>
        _messages.Add(new Message(round, Step.Send(to, chunk), Step.ReceiveReduce(from, chunk)));

    public Schedule Build(string name, CollectiveGoal goal, int worldSize, int chunks)
    {
        List<Step>[] steps = [.. Enumerable.Range(0, worldSize).Select(_ => new List<Step>())];
        foreach (IGrouping<int, Message> round in _messages.GroupBy(message => message.Round).OrderBy(round => round.Key))
            AddRound(round, steps);
        return Schedule.ForEachRank(name, goal, worldSize, chunks, scratch: 0, rank => steps[rank]);
    }

    private static void AddRound(IEnumerable<Message> round, List<Step>[] steps)
    {
        List<Message> later = [];
        HashSet<(int, int)> pairs = [];
        List<Message> now = [];
        foreach (Message message in round)
            (pairs.Add((message.Receive.Peer, message.Send.Peer)) ? now : later).Add(message);

        foreach (Message message in now)
            steps[message.Receive.Peer].Add(message.Send);
        foreach (Message message in now)
            steps[message.Send.Peer].Add(message.Receive);
        if (later.Count > 0)
            AddRound(later, steps);
    }

    /// <summary>The step of the sender, which names the receiver, and the other way round.</summary>
    private readonly record struct Message(int Round, Step Send, Step Receive);
}
