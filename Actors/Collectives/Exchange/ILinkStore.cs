namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Keeps what was measured of links, as text. Asked by rank 0 only.</summary>
public interface ILinkStore
{
    /// <summary>What is kept; null: nothing yet.</summary>
    string? Find(int worldSize);

    /// <summary>Keeps the text, unless somebody was quicker.</summary>
    /// <returns>What is kept now: all who share the store get the same.</returns>
    string Keep(int worldSize, string links);
}
