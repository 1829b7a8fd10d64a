using Orchestrator.Models.Pruning;

namespace Orchestrator.Actors.Pruning;

/// <summary>Makes a trial's program. May read files and take seconds.</summary>
internal interface IPruningPrograms
{
    PruningProgram ProgramOf(string trial);
}
