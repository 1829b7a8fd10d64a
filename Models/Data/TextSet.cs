namespace Orchestrator.Models.Data;

/// <summary>Texts that are known by size and hash.</summary>
public enum TextSet
{
    TinyShakespeare,
    WarAndPeace,
}
