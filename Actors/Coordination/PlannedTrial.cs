using System.Collections.Immutable;

namespace Orchestrator.Actors.Coordination;

/// <summary>What the coordinator needs to know of a trial.</summary>
/// <param name="Id">Names it in messages and folders.</param>
/// <param name="WorldSize">Ranks, and thus slots, that it runs on; ≥ 1.</param>
/// <param name="DependsOn">Trials earlier in the plan that must have succeeded.</param>
internal sealed record PlannedTrial(string Id, int WorldSize, ImmutableArray<string> DependsOn);
