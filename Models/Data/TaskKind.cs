namespace Orchestrator.Models.Data;

/// <summary>What a network learns, and so its loss and its metric.</summary>
public enum TaskKind
{
    /// <summary>A label string per sample, without alignment; class 0 is the blank.</summary>
    Ctc,

    /// <summary>One class per sample, counted from 0.</summary>
    Classification,

    /// <summary>The next symbol at each step, counted from 0.</summary>
    LanguageModel,
}
