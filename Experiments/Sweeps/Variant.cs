using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>A named change to the base.</summary>
/// <param name="Place">Where it is written.</param>
/// <param name="Tree">What is other than in the base.</param>
/// <param name="Control">The variant that it is compared with, and where that is said; null for a baseline.</param>
internal sealed record Variant(string Name, Place Place, ObjectNode Tree, (string Name, Place Place)? Control, ImmutableArray<long> Seeds);
