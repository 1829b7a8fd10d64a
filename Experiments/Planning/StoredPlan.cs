using System.ComponentModel.DataAnnotations;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Planning;

/// <summary>The form of a plan in a file. It changes only together with <see cref="Plan.FormatVersion"/>.</summary>
internal sealed record StoredPlan
{
    public required string Name { get; init; }

    public required string Hash { get; init; }

    public string? Description { get; init; }

    public string? Question { get; init; }

    public required StoredCell[] Cells { get; init; }

    public required StoredTrial[] Trials { get; init; }

    public required Objective Objective { get; init; }

    public required ReportOptions Report { get; init; }

    public static StoredPlan Of(Plan plan) => new()
    {
        Name = plan.Name,
        Hash = plan.Hash,
        Description = plan.Description,
        Question = plan.Question,
        Cells = [.. plan.Cells.Select(StoredCell.Of)],
        Trials = [.. plan.Trials.Select(StoredTrial.Of)],
        Objective = plan.Objective,
        Report = plan.Report,
    };

    /// <exception cref="InvalidDataException">It refers to cells or trials that are not there.</exception>
    public Plan ToPlan()
    {
        CheckReferences();
        return new Plan
        {
            Name = Name,
            Hash = Hash,
            Description = Description,
            Question = Question,
            Cells = [.. Cells.Select((cell, index) => cell.ToCell(index))],
            Trials = [.. Trials.Select(trial => trial.ToTrial())],
            Objective = Objective,
            Report = Report,
        };
    }

    private void CheckReferences()
    {
        if (!Name.Split('.', '_', '-').All(IsName) || !IsName(Hash))
            throw new InvalidDataException("The name or hash is none; they name a folder.");
        if (Cells.Any(cell => cell.Control >= Cells.Length || cell.MatchedWith >= Cells.Length))
            throw new InvalidDataException("A cell refers to a cell that does not exist.");
        var before = new HashSet<string>();
        foreach (StoredTrial trial in Trials)
        {
            if (!IsName(trial.Id))
                throw new InvalidDataException("The id of a trial is more than letters and digits; it names a folder.");
            bool hasSources = new[] { trial.QuantileSource, trial.DensitySource }.OfType<string>().All(before.Contains);
            if (trial.Cell >= Cells.Length || !hasSources || !before.Add(trial.Id))
                throw new InvalidDataException($"The trial `{trial.Id}` stands there twice, or before a trial that it needs, or has no cell.");
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 64 && text.All(char.IsAsciiLetterOrDigit);
}

internal sealed record StoredCell
{
    public required string Name { get; init; }

    public required string Variant { get; init; }

    public required StoredAxis[] GridPoint { get; init; }

    [Range(0, int.MaxValue)]
    public int? Control { get; init; }

    [Range(0, int.MaxValue)]
    public int? MatchedWith { get; init; }

    public required TrialConfiguration Configuration { get; init; }

    [Range(1, int.MaxValue)]
    public required int InputSize { get; init; }

    [Range(1, int.MaxValue)]
    public required int OutputSize { get; init; }

    public required TaskKind Task { get; init; }

    [Range(0L, long.MaxValue)]
    public required long Parameters { get; init; }

    [Range(0L, long.MaxValue)]
    public required long PlannedNonzeros { get; init; }

    [Range(0L, long.MaxValue)]
    public required long StepsPerEpoch { get; init; }

    [Range(0L, long.MaxValue)]
    public required long Steps { get; init; }

    public static StoredCell Of(Cell cell) => new()
    {
        Name = cell.Name,
        Variant = cell.Variant,
        GridPoint = [.. cell.GridPoint.Select(axis => new StoredAxis { Path = axis.Key, Value = axis.Value })],
        Control = cell.Control,
        MatchedWith = cell.MatchedWith,
        Configuration = cell.Configuration,
        InputSize = cell.Shape.InputSize,
        OutputSize = cell.Shape.OutputSize,
        Task = cell.Shape.Task,
        Parameters = cell.Parameters,
        PlannedNonzeros = cell.PlannedNonzeros,
        StepsPerEpoch = cell.Length.StepsPerEpoch,
        Steps = cell.Length.Steps,
    };

    public Cell ToCell(int index) => new()
    {
        Index = index,
        Name = Name,
        Variant = Variant,
        GridPoint = [.. GridPoint.Select(axis => KeyValuePair.Create(axis.Path, axis.Value))],
        Control = Control,
        MatchedWith = MatchedWith,
        Configuration = Configuration,
        Shape = new DataShape(InputSize, OutputSize, Task),
        Parameters = Parameters,
        PlannedNonzeros = PlannedNonzeros,
        Length = new TrainingLength(StepsPerEpoch, Steps),
    };
}

internal sealed record StoredAxis
{
    public required string Path { get; init; }

    public required string Value { get; init; }
}

internal sealed record StoredTrial
{
    public required string Id { get; init; }

    [Range(0, int.MaxValue)]
    public required int Cell { get; init; }

    [Range(0L, long.MaxValue)]
    public required long Seed { get; init; }

    public string? QuantileSource { get; init; }

    public string? DensitySource { get; init; }

    public static StoredTrial Of(Trial trial) => new()
    {
        Id = trial.Id,
        Cell = trial.Cell,
        Seed = trial.Seed,
        QuantileSource = trial.QuantileSource,
        DensitySource = trial.DensitySource,
    };

    public Trial ToTrial() => new()
    {
        Id = Id,
        Cell = Cell,
        Seed = Seed,
        QuantileSource = QuantileSource,
        DensitySource = DensitySource,
    };
}
