namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>Failures as a rank finds them at the other end of a wire.</summary>
internal static class TcpFailure
{
    /// <param name="how">What was seen of it; a clause.</param>
    public static RingFailure Died(int rank, string how) =>
        new(CollectiveFailure.Died, rank, RetryHelps: true, $"rank {rank} has died: {how}");

    public static RingFailure Garbage(int rank, string what) => RingFailure.Garbage(rank, what);

    public static RingFailure WrongEpoch(int rank, long token, long expected) => new(
        CollectiveFailure.StaleEpoch, rank, RetryHelps: false, $"rank {rank} sends a frame of epoch {token} in epoch {expected}");

    /// <param name="why">A clause.</param>
    public static RingFailure Refused(int rank, string why) => new(CollectiveFailure.Refused, rank, RetryHelps: false, why);

    /// <param name="lastSeen">What else is known; a clause, or empty.</param>
    public static RingFailure NeverJoined(int rank, TimeSpan deadline, string lastSeen)
    {
        RingFailure failure = RingFailure.NeverJoined(rank, deadline);
        return lastSeen.Length == 0 ? failure : failure with { What = $"{failure.What} ({lastSeen})" };
    }
}
