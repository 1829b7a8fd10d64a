using System.Collections.Immutable;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Puts waits into a rank's steps: before a step that writes a place, until every send of that place has been taken; and at
/// the end, until all have. So a generator need not think of them, and no rank waits longer than it must.
/// </summary>
internal static class SendWaits
{
    public static ImmutableArray<Step> Insert(IEnumerable<Step> steps)
    {
        var guarded = ImmutableArray.CreateBuilder<Step>();
        var peers = new SortedDictionary<int, SendsToPeer>();
        foreach (Step step in steps)
        {
            if (PlaceWritten(step) is { } written)
            {
                foreach ((int peer, SendsToPeer sends) in peers)
                    sends.AwaitTaken(written, peer, guarded);
            }

            guarded.Add(step);
            if (step.Kind == StepKind.Send)
            {
                if (!peers.TryGetValue(step.Peer, out SendsToPeer? sends))
                    peers.Add(step.Peer, sends = new SendsToPeer());
                sends.Add((step.Chunk, step.Place));
            }
        }

        foreach ((int peer, SendsToPeer sends) in peers)
            sends.AwaitAll(peer, guarded);
        return guarded.ToImmutable();
    }

    /// <summary>
    /// A place is named by chunk and number for those in the buffer, by number alone for scratch: whatever chunk it holds, its
    /// memory is the same.
    /// </summary>
    internal static (int Chunk, int Place)? PlaceWritten(Step step) => step.Kind switch
    {
        StepKind.Receive or StepKind.ReceiveReduce => Memory(step.Chunk, step.Place),
        StepKind.Reduce => (step.Chunk, Step.Home),
        _ => null,
    };

    private static (int Chunk, int Place) Memory(int chunk, int place) => place == Step.Home ? (chunk, place) : (0, place);

    private sealed class SendsToPeer
    {
        private readonly Dictionary<(int, int), int> _lastOf = [];
        private int _sent;
        private int _taken;

        public void Add((int Chunk, int Place) sent) => _lastOf[Memory(sent.Chunk, sent.Place)] = ++_sent;

        public void AwaitTaken((int, int) place, int peer, ImmutableArray<Step>.Builder steps)
        {
            if (_lastOf.TryGetValue(place, out int last))
                AwaitFirst(last, peer, steps);
        }

        public void AwaitAll(int peer, ImmutableArray<Step>.Builder steps) => AwaitFirst(_sent, peer, steps);

        private void AwaitFirst(int sends, int peer, ImmutableArray<Step>.Builder steps)
        {
            if (sends <= _taken)
                return;
            steps.Add(Step.AwaitSent(peer, _sent - sends));
            _taken = sends;
        }
    }
}
