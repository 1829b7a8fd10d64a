using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Coordination;
using static Orchestrator.Actors.Workers.WorkerProtocol;
using Proto = Orchestrator.Actors.Serialization.Proto;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>
/// Where a rank in a process of its own finds its gang: its address goes to its worker and from there to the coordinator,
/// which tells all workers of the gang when it has those of all ranks, and they tell their ranks. For one exchange at a time.
/// </summary>
internal sealed class ControlPlaneRendezvous(RankAssignment rank, RankPipe toWorker) : IRendezvous, IDisposable
{
    private readonly BlockingCollection<Proto.RankAddresses> _told = [];
    private int _rounds;

    /// <exception cref="ArgumentException">The member is another one than the process trains, or the address none.</exception>
    public IReadOnlyList<string> Exchange(
        RingMember member, string address, TimeSpan deadline, CancellationToken cancellation)
    {
        if (member != new RingMember(rank.Trial, rank.Token, rank.Rank, rank.WorldSize))
            throw new ArgumentException($"This is the process of rank {rank.Rank} of `{rank.Trial}`, not of {member}.", nameof(member));
        if (!RendezvousProtocol.IsAddress(address))
            throw new ArgumentException($"An address is one line of 1 to {RendezvousProtocol.AddressLengthMax} characters.", nameof(address));

        int round = _rounds++;
        toWorker.Send(new Proto.FromRank { Address = new Proto.RankAddress { Round = round, Address = address } });
        return Await(round, deadline, cancellation);
    }

    /// <summary>Called by whoever reads what the worker says.</summary>
    public void Tell(Proto.RankAddresses addresses) => _told.Add(addresses);

    public void Dispose() => _told.Dispose();

    private string[] Await(int round, TimeSpan deadline, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        for (TimeSpan left = deadline; left > TimeSpan.Zero; left = deadline - Stopwatch.GetElapsedTime(start))
        {
            if (!_told.TryTake(out Proto.RankAddresses? addresses, (int)left.TotalMilliseconds, cancellation))
                break;
            if (addresses.Round == round)
                return Checked(addresses);
        }

        throw new CollectiveException(rank.Trial, rank.Token, RingFailure.Aborted(
            rank.Rank, $"not all ranks had told their addresses within {deadline}", retryHelps: true));
    }

    private string[] Checked(Proto.RankAddresses told) => told.Addresses.Count == rank.WorldSize
        ? [.. told.Addresses]
        : throw new InvalidDataException($"{told.Addresses.Count} addresses were told to a gang of {rank.WorldSize}.");
}
