using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;

namespace Orchestrator.Actors.Hosting;

/// <summary>How a sweep is run in this process.</summary>
public sealed record SweepHostOptions
{
    /// <summary>Ranks that train at once, each on a thread of its own; at least the largest world size of the plan. By default one per core.</summary>
    public int Slots { get; init; } = System.Environment.ProcessorCount;

    public required DataRoot Data { get; init; }

    /// <summary>What this process runs on; stored with each result.</summary>
    public required RunEnvironment Environment { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Folder with <c>base.conf</c> and <c>single-node.conf</c>; null: the folder <c>hocon</c> beside the program, or what the assembly carries.</summary>
    public string? HoconDirectory { get; init; }
}
