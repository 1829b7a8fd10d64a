using System.Diagnostics;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>A point in time on the monotonic clock that blocking waits use.</summary>
internal readonly record struct Deadline(TimeSpan Length, long Began)
{
    public static Deadline In(TimeSpan length) => new(length, Stopwatch.GetTimestamp());

    /// <summary>Zero when it has passed.</summary>
    public TimeSpan Remaining
    {
        get
        {
            TimeSpan remaining = Length - Stopwatch.GetElapsedTime(Began);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }
}
