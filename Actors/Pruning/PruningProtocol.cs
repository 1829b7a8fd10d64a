using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Serialization;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Actors.Pruning;

/// <summary>What ranks ask a <see cref="PruningSchedule"/>, and what it answers. All of it may be sent again.</summary>
internal static class PruningProtocol
{
    /// <summary>Answered by <see cref="ProgramReady"/> or <see cref="ProgramFailed"/>.</summary>
    internal sealed record GetProgram(string Trial, long Token, int Rank) : IWireMessage;

    internal sealed record ProgramReady(string Trial, long Token, PruningProgram Program) : IWireMessage;

    internal sealed record ProgramFailed(string Trial, long Token, Fault Failure) : IWireMessage;

    /// <param name="Number">Counts the rank's reports from 0: reports of equal number are of the same masks.</param>
    /// <param name="Step">Steps done.</param>
    internal sealed record MasksApplied(string Trial, long Token, int Rank, int Number, long Step, string Hash) : IWireMessage;

    /// <summary>
    /// Asked by rank 0, which has made <paramref name="Reports"/> reports, before its result counts. Answered by
    /// <see cref="MasksAgreed"/> when all ranks have made as many, and the same.
    /// </summary>
    internal sealed record ConfirmMasks(string Trial, long Token, int Reports) : IWireMessage;

    internal sealed record MasksAgreed(string Trial, long Token) : IWireMessage;
}
