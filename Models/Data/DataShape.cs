namespace Orchestrator.Models.Data;

/// <summary>What a network must fit, known when a sweep is planned, before any audio is decoded.</summary>
/// <param name="InputSize">Numbers per frame; for language models the size of the vocabulary.</param>
/// <param name="OutputSize">Classes; for CTC with the blank, which is class 0.</param>
/// <param name="Task">What the targets mean.</param>
public sealed record DataShape(int InputSize, int OutputSize, TaskKind Task);
