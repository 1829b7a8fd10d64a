using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>
/// Trains each rank of a gang in a process of its own. One that dies is the loss of that rank alone. A rank without a gang
/// has nobody to exchange with and stays here.
/// </summary>
/// <param name="alone">Trains what has a world size of 1.</param>
internal sealed class ChildProcessRankRunner(ChildProcessOptions options, IRankRunner alone) : IRankRunner
{
    public TrialOutcome Run(RankAssignment assignment, ITrainingObserver observer, RankSignals signals, IRankLink link)
    {
        if (assignment.WorldSize == 1)
            return alone.Run(assignment, observer, signals, link);
        var whole = new RankProcessAssignment(
            assignment, options.RunDirectory, options.Data, options.Transport, options.StepInterval);
        using var conversation = new RankConversation(options, observer, signals, link);
        return conversation.Hold(whole);
    }

    public void Release(string trial) => alone.Release(trial);
}
