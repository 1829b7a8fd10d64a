namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>What a rank does in one round of an algorithm that goes by rounds: it sends, then receives; or one of them.</summary>
internal readonly record struct Exchange(Step? Send, Step? Receive)
{
    public static IEnumerable<Step> Flatten(IEnumerable<Exchange> exchanges)
    {
        foreach ((Step? send, Step? receive) in exchanges)
        {
            if (send is { } sent)
                yield return sent;
            if (receive is { } received)
                yield return received;
        }
    }
}
