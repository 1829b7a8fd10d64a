namespace Orchestrator.Models.Data;

/// <summary>One example.</summary>
/// <param name="Features">Row-major [Frames, InputSize]; empty for language models.</param>
/// <param name="Frames">Time steps; for language models the sequence length.</param>
/// <param name="Targets">
/// CTC: the label string, classes from 1 (0 is the blank). Classification: one class index from 0.
/// Language models: a window of Frames + 1 symbol ids; step t reads symbol t and predicts symbol t + 1.
/// </param>
public sealed record Sample(float[] Features, int Frames, int[] Targets);
