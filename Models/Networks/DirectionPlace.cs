namespace Orchestrator.Models.Networks;

/// <summary>One direction of one layer.</summary>
/// <param name="Backward">Whether time runs from each sample's last frame to its first.</param>
/// <param name="IsLast">Whether the backward pass ends with it: nothing is left behind which its gradients could travel, so they leave in parts.</param>
internal readonly record struct DirectionPlace(int Layer, bool Backward, bool IsLast)
{
    /// <summary>As in <see cref="NetworkParameters"/>, such as <c>layer0.forward</c>.</summary>
    public string Prefix => $"layer{Layer}.{(Backward ? "backward" : "forward")}";
}
