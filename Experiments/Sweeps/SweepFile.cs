using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Newtonsoft.Json;
using Orchestrator.Experiments.Planning;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>What a sweep file says: null where it says nothing, or nothing that can be read. <see cref="SweepDefinition"/> is what it means.</summary>
internal sealed record SweepFile
{
    [JsonProperty("$schema")]
    [Description("Address of the JSON Schema, for editors.")]
    public string? Schema { get; init; }

    [Required]
    [Description("Name of the sweep, and of the folder of its runs: letters, digits, `.`, `_`, `-`.")]
    public string? Name { get; init; }

    [Description("What the sweep is about, for the report.")]
    public string? Description { get; init; }

    [Description("The question that the sweep is to answer, for the report.")]
    public string? Question { get; init; }

    [Required]
    [Description("The configuration that all variants start from.")]
    public Settings? Base { get; init; }

    [Description("Named changes to the base. Absent: one variant `base` without changes.")]
    public SweepVariant[]? Variants { get; init; }

    [Description("Path to list of values: every variant is run at every combination of them.")]
    public GridAxes? Grid { get; init; }

    [Description("Combinations that are left out: each entry names a variant, grid values, or both.")]
    public Exclusion[] Exclude { get; init; } = [];

    [Required]
    [Description("How many seeds (0, 1, …), or which. Trials of equal seed are compared in pairs; a verdict needs at least six.")]
    public SeedList? Seeds { get; init; }

    [Description("The control of every variant that names none itself: one variant, or an object from variant to control.")]
    public ControlMap? Controls { get; init; }

    [Description("The metric that answers the question. Absent: the task's error rate, or bits per character.")]
    public SweepObjective? Objective { get; init; }

    [Description("How the report judges.")]
    public SweepReport Report { get; init; } = new();
}

/// <summary>A named change to the base configuration.</summary>
internal sealed record SweepVariant
{
    [Required]
    [Description("Name, unique in the file.")]
    public string? Name { get; init; }

    [Description("What is other than in the base: nested objects, or paths such as `network.hiddenSize`.")]
    public Settings? Set { get; init; }

    [Description("The variant that this one is compared with. null: none, whatever `controls` says.")]
    public ControlName? Control { get; init; }

    [Description("Seeds of this variant instead of the sweep's.")]
    public SeedList? Seeds { get; init; }
}

/// <summary>The metric that answers the question.</summary>
internal sealed record SweepObjective
{
    [Required]
    [Description("Name of a metric on the validation split.")]
    public string? Metric { get; init; }

    [Description("Which way is better.")]
    public Direction Direction { get; init; } = Direction.Minimize;
}

/// <summary>How the report judges.</summary>
internal sealed record SweepReport
{
    [Range(1e-9, 1e9)]
    [Description("Differences within ± this are equivalent, in the metric's unit (0.01: one point of an error rate). Absent: no equivalence is tested.")]
    public double? EquivalenceMargin { get; init; }

    [Range(0.5, 0.999)]
    [Description("Confidence of all intervals; the tests' level is 1 minus this.")]
    public double Confidence { get; init; } = 0.95;
}
