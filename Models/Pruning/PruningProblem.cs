namespace Orchestrator.Models.Pruning;

/// <summary>One reason why pruning options cannot be carried out.</summary>
/// <param name="Path">Where, relative to the pruning options: <c>endEpoch</c>, <c>overrides[1].gate</c>.</param>
/// <param name="Message">What was found, what is allowed, what to do.</param>
public sealed record PruningProblem(string Path, string Message)
{
    public override string ToString() => $"pruning.{Path}: {Message}";
}
