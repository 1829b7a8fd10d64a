using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>A part of a configuration, nested or with dotted paths. See <see cref="SettingsTree"/>.</summary>
[AsWritten("an object of settings")]
internal sealed record Settings(Node Node);

/// <summary>Axes of the grid. See <see cref="GridAxis"/>.</summary>
[AsWritten("an object from path to list of values")]
internal sealed record GridAxes(Node Node);

/// <summary>One combination, or several, to leave out.</summary>
[AsWritten("an object from `variant` or a grid path to a value or a list of values")]
internal sealed record Exclusion(Node Node);

/// <summary>A count or a list.</summary>
[AsWritten("a whole number from 1, or a list of different whole numbers from 0")]
internal sealed record SeedList(Node Node);

/// <summary>One control for all, or one per variant.</summary>
[AsWritten("the name of a variant, or an object from variant to control")]
internal sealed record ControlMap(Node Node);

/// <summary>The name of a variant.</summary>
[AsWritten("the name of a variant")]
internal sealed record ControlName(Node Node);
