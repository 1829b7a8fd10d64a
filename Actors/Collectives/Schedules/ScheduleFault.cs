namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>What is wrong at a rank and step; step −1 stands for the end.</summary>
internal sealed record ScheduleFault(ScheduleFaultKind Kind, int Rank, int Step, string What)
{
    public override string ToString() => $"{Kind}: rank {Rank}, step {Step}: {What}";
}

internal enum ScheduleFaultKind
{
    /// <summary>A peer, chunk or place that does not exist, or a rank that talks to itself.</summary>
    OutOfRange,

    /// <summary>A place is written, or given back to the caller, while a send out of it may still be under way.</summary>
    Race,

    /// <summary>What a place holds is used before it holds that chunk.</summary>
    NotReady,

    Deadlock,
    NeverReceived,
    WrongChunk,
    CountedTwice,

    /// <summary>A contribution is missing at the end; in a barrier, a rank ends before another is sure to have begun.</summary>
    Incomplete,

    /// <summary>A contribution is there at the end that does not belong there.</summary>
    Foreign,

    /// <summary>All contributions are there, but ranks have added them in different orders.</summary>
    DifferentBits,
}
