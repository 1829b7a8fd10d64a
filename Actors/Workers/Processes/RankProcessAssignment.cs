using Orchestrator.Actors.Serialization;
using Orchestrator.Models.Data;
using static Orchestrator.Actors.Workers.WorkerProtocol;
using Proto = Orchestrator.Actors.Serialization.Proto;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>All that a process needs to know to train one rank.</summary>
/// <param name="RunDirectory">The run store, which the process reads.</param>
/// <param name="StepInterval">At least so long between two reports of steps.</param>
internal sealed record RankProcessAssignment(
    RankAssignment Rank, string RunDirectory, DataRoot Data, GangTransport Transport, TimeSpan StepInterval)
{
    public Proto.ToRank Write()
    {
        var assign = new Proto.AssignRank
        {
            RunDirectory = RunDirectory,
            Trial = Rank.Trial,
            Token = Rank.Token,
            Rank = Rank.Rank,
            WorldSize = Rank.WorldSize,
            Program = PruningWire.Write(Rank.Program),
            Transport = (int)Transport,
            StepIntervalTicks = StepInterval.Ticks,
        };
        if (Data.Directory is { } directory)
            assign.DataDirectory = directory;
        if (Data.SweepDirectory is { } sweepDirectory)
            assign.SweepDirectory = sweepDirectory;
        return new Proto.ToRank { Assign = assign };
    }

    /// <exception cref="FormatException">Something is missing or none of what is allowed.</exception>
    public static RankProcessAssignment Read(Proto.AssignRank proto) => new(
        new RankAssignment(
            proto.Trial, proto.Token, proto.Rank, proto.WorldSize, PruningWire.Read(WireValues.Required(proto.Program))),
        proto.RunDirectory,
        new DataRoot(proto.HasDataDirectory ? proto.DataDirectory : null)
        {
            SweepDirectory = proto.HasSweepDirectory ? proto.SweepDirectory : null,
        },
        WireValues.Defined<GangTransport>(proto.Transport),
        TimeSpan.FromTicks(proto.StepIntervalTicks));
}
