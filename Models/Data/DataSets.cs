using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Data;

/// <summary>The registry of data sets, and the one place where they are loaded.</summary>
public static class DataSets
{
    private static readonly DataSource[] Sources =
    [
        new SyntheticDigits(),
        new SpokenDigits(),
        new SpokenDigitSequences(),
        new YesNo(),
        new TextSource(),
    ];

    private static readonly ConcurrentDictionary<(DataOptions, DataRoot), Lazy<DataPlan>> Plans = new();
    private static readonly ConcurrentDictionary<(DataOptions, DataRoot), Lazy<IDataSet>> Loaded = new();

    /// <summary>All kinds, in the order in which help lists them.</summary>
    public static IReadOnlyList<DataSetInfo> All { get; } = [.. Sources.Select(source => source.Info)];

    /// <summary>All files that any kind can need, each once.</summary>
    public static IReadOnlyList<DataFile> Files { get; } = [.. All.SelectMany(info => info.Files).Distinct()];

    /// <summary>The files of that name, or of the kind of that name; empty if there is neither.</summary>
    public static IReadOnlyList<DataFile> FilesOf(string name) =>
    [
        .. Files.Where(file => file.Name == name)
            .Concat(All.Where(info => info.Kind == name).SelectMany(info => info.Files))
            .Distinct(),
    ];

    /// <summary>
    /// What a network must fit. Checks the options as well, so that a plan fails before it starts;
    /// reads a file only for texts, whose vocabulary is not known otherwise.
    /// </summary>
    /// <exception cref="DataException">The options cannot be satisfied, or a text is missing or altered.</exception>
    public static DataShape ShapeOf(DataOptions options, DataRoot root) => PlanOf(options, root).Shape;

    /// <summary>Training samples, under the same conditions as <see cref="ShapeOf"/>.</summary>
    /// <exception cref="DataException">As with <see cref="ShapeOf"/>.</exception>
    public static int TrainCountOf(DataOptions options, DataRoot root) => PlanOf(options, root).TrainCount;

    /// <summary>
    /// Loads a data set once per process: equal options (but for the batch size, which changes no data) and equal roots
    /// give the same instance, also to callers at the same time. A failure is not kept: the next call tries again.
    /// </summary>
    /// <exception cref="DataException">A file is missing, cut off, altered or malformed, or the options cannot be satisfied.</exception>
    public static IDataSet Load(DataOptions options, DataRoot root)
    {
        Check(options);
        IDataSet data = Once(Loaded, options, root, (source, key) => source.Load(key, root));
        CheckBatch(options, data.Train.Count);
        return data;
    }

    private static DataPlan PlanOf(DataOptions options, DataRoot root)
    {
        Check(options);
        DataPlan plan = Once(Plans, options, root, (source, key) => source.PlanOf(key, root));
        CheckBatch(options, plan.TrainCount);
        return plan;
    }

    private static T Once<T>(
        ConcurrentDictionary<(DataOptions, DataRoot), Lazy<T>> cache,
        DataOptions options,
        DataRoot root,
        Func<DataSource, DataOptions, T> make)
    {
        DataSource source = SourceOf(options);
        DataOptions content = options with { BatchSize = 1 };
        (DataOptions, DataRoot) key = (content, root);
        Lazy<T> entry = cache.GetOrAdd(key, _ => new Lazy<T>(() => make(source, content)));
        try
        {
            return entry.Value;
        }
        catch
        {
            _ = cache.TryRemove(new(key, entry));
            throw;
        }
    }

    private static DataSource SourceOf(DataOptions options) =>
        Array.Find(Sources, source => source.Info.OptionsType == options.GetType())
        ?? throw new ArgumentOutOfRangeException(nameof(options), options.GetType(), "Not the options of a known data set.");

    private static void Check(DataOptions options)
    {
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true))
        {
            throw new DataException(null, string.Join(" ", problems.Select(problem => problem.ErrorMessage)));
        }
    }

    private static void CheckBatch(DataOptions options, int trainCount)
    {
        if (trainCount < options.BatchSize)
        {
            throw new DataException(
                null, $"A batch of {options.BatchSize} cannot be filled: only {trainCount} samples train. Lower `batchSize`.");
        }
    }
}
