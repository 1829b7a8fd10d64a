using Orchestrator.Actors.Workers;
using Orchestrator.Actors.Workers.Processes;
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

    /// <summary>
    /// Where the ranks of a trial with a world size above 1 train: on threads of this process, or each in a child process of
    /// the same program. The weights have the same bits.
    /// </summary>
    public GangTransport Transport { get; init; } = GangTransport.InProcess;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Folder with <c>base.conf</c> and <c>single-node.conf</c>; null: the folder <c>hocon</c> beside the program, or what the assembly carries.</summary>
    public string? HoconDirectory { get; init; }

    /// <summary>What starts a process for a rank; null: this program again.</summary>
    internal RankCommand? RankCommand { get; init; }
}
