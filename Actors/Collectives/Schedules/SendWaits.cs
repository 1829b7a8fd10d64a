using System.Collections.Immutable;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Puts waits into a rank's steps: before a step that writes a place, until every send of that place has been taken; and at
/// the end, until all have. So a generator need not think of them, and no rank waits longer than it must.
/// </summary>
internal sealed class SendWaits
{
    private readonly ImmutableArray<Step>.Builder _guarded = ImmutableArray.CreateBuilder<Step>();
    private readonly Dictionary<int, Peer> _peers = [];

    /// <summary>The sends of one chunk that are not known to have been taken, by the memory that they are read from.</summary>
    private readonly Dictionary<(int Chunk, int Place), List<Sent>> _single = [];

    /// <summary>Those of several chunks in a row.</summary>
    private readonly List<(int Chunk, int Count, Sent Sent)> _several = [];

    private SendWaits()
    {
    }

    public static ImmutableArray<Step> Insert(IEnumerable<Step> steps)
    {
        SendWaits waits = new();
        foreach (Step step in steps)
        {
            if (step.Kind is StepKind.Receive or StepKind.ReceiveReduce or StepKind.Reduce)
                waits.BeforeWriting(step);
            waits._guarded.Add(step);
            if (step.Kind == StepKind.Send)
                waits.Note(step);
        }

        foreach ((int number, Peer peer) in waits._peers.OrderBy(pair => pair.Key))
            waits.Await(new Sent(number, peer, peer.Sent));
        return waits._guarded.DrainToImmutable();
    }

    private void Note(Step send)
    {
        if (!_peers.TryGetValue(send.Peer, out Peer? peer))
            _peers.Add(send.Peer, peer = new Peer());
        Sent sent = new(send.Peer, peer, ++peer.Sent);
        if (send.Count > 1)
        {
            _several.Add((send.Chunk, send.Count, sent));
            return;
        }

        (int, int) memory = Memory(send.Chunk, send.Place);
        if (!_single.TryGetValue(memory, out List<Sent>? ofThis))
            _single.Add(memory, ofThis = []);
        ofThis.Add(sent);
    }

    private void BeforeWriting(Step step)
    {
        int place = step.Kind == StepKind.Reduce ? Step.Home : step.Place;
        IEnumerable<(int, int)> written = step.Count == 1 || step.Count <= _single.Count
            ? Enumerable.Range(step.Chunk, step.Count).Select(chunk => Memory(chunk, place))
            : [.. _single.Keys.Where(key => key.Place == place && IsWithin(key.Chunk, step))];
        foreach ((int, int) memory in written)
        {
            if (_single.Remove(memory, out List<Sent>? sends))
                sends.ForEach(Await);
        }

        if (place != Step.Home)
            return;
        foreach ((int chunk, int count, Sent sent) in _several)
        {
            if (chunk < step.Chunk + step.Count && step.Chunk < chunk + count)
                Await(sent);
        }

        _several.RemoveAll(several => several.Sent.IsTaken);
    }

    private static bool IsWithin(int chunk, Step step) => chunk >= step.Chunk && chunk < step.Chunk + step.Count;

    private void Await(Sent sent)
    {
        if (sent.IsTaken)
            return;
        _guarded.Add(Step.AwaitSent(sent.To, sent.Peer.Sent - sent.Number));
        sent.Peer.Taken = sent.Number;
    }

    /// <summary>
    /// A place is named by chunk and number for those in the buffer, by number alone for scratch: whatever chunk it holds, its
    /// memory is the same.
    /// </summary>
    private static (int Chunk, int Place) Memory(int chunk, int place) => place == Step.Home ? (chunk, place) : (0, place);

    /// <summary>How many sends to a peer there were, and how many of them are known to have been taken.</summary>
    private sealed class Peer
    {
        public int Sent { get; set; }

        public int Taken { get; set; }
    }

    private readonly record struct Sent(int To, Peer Peer, int Number)
    {
        public bool IsTaken => Number <= Peer.Taken;
    }
}
