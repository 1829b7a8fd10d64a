using System.Collections.Immutable;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Planning;

/// <summary>Which metrics a task has on its validation split. All of them are better when smaller.</summary>
public static class TaskMetrics
{
    /// <summary>The first is the default objective.</summary>
    public static ImmutableArray<string> Of(TaskKind task) => task switch
    {
        TaskKind.Ctc => ["validation/label-error-rate", "validation/sequence-error-rate", "validation/loss"],
        TaskKind.Classification => ["validation/error-rate", "validation/loss"],
        TaskKind.LanguageModel => ["validation/bits-per-character", "validation/loss"],
        _ => throw new ArgumentOutOfRangeException(nameof(task), task, "Not a task."),
    };

    /// <summary>Known from the kind of data alone.</summary>
    public static TaskKind TaskOf(DataOptions options) => DataSets.All.Single(info => info.OptionsType == options.GetType()).Task;
}
