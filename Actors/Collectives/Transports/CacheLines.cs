namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>What different cores write must lie so far apart that none takes the other's line away.</summary>
internal static class CacheLines
{
    /// <summary>Two lines, which processors fetch together.</summary>
    public const int Bytes = 128;
}
