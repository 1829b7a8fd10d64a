namespace Orchestrator.Actors.Coordination;

/// <summary>Where a trial stands.</summary>
public enum TrialState
{
    /// <summary>Waits for the end of trials that it depends on.</summary>
    Waiting = 1,

    /// <summary>Could start, and waits for slots.</summary>
    Pending = 2,

    Running = 3,

    Succeeded = 4,

    Diverged = 5,

    Failed = 6,
}
