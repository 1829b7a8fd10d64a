using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

/// <summary>Over what the ranks of a test exchange.</summary>
internal enum Wires
{
    /// <summary>Threads of one process.</summary>
    InProcess,

    /// <summary>Shared memory, with rings smaller than most chunks.</summary>
    SharedMemory,

    /// <summary>Shared memory whose chunks are read where they lie, but for the shortest.</summary>
    InPlace,

    /// <summary>Connections of this machine to itself.</summary>
    Tcp,
}

/// <summary>Runs the ranks of a ring, each on its thread, and has them leave at the end.</summary>
internal static class Ranks
{
    public static T[] Run<T>(Wires wires, int worldSize, CommunicatorOptions options, Func<Communicator, T> body)
    {
        Func<int, Communicator> join = JoinerOf(wires, worldSize, options, _ => CancellationToken.None);
        return Gang.Run(worldSize, rank =>
        {
            using Communicator communicator = join(rank);
            return body(communicator);
        });
    }

    public static Exception?[] Errors(
        Wires wires, int worldSize, CommunicatorOptions options, Action<Communicator> body, Func<int, CancellationToken>? cancellationOf = null)
    {
        Func<int, Communicator> join = JoinerOf(wires, worldSize, options, cancellationOf ?? (_ => CancellationToken.None));
        return Gang.Errors(worldSize, rank =>
        {
            using Communicator communicator = join(rank);
            body(communicator);
        });
    }

    private static Func<int, Communicator> JoinerOf(
        Wires wires, int worldSize, CommunicatorOptions options, Func<int, CancellationToken> cancellationOf)
    {
        if (wires == Wires.InProcess)
        {
            LocalRingRendezvous threads = new(options);
            return rank => threads.Join("ring", token: 1, rank, worldSize, cancellationOf(rank));
        }

        Noticeboard rendezvous = new(worldSize);
        if (wires == Wires.Tcp)
        {
            return rank => Communicator.Join(
                new RingMember("ring", 1, rank, worldSize), rendezvous, options with { Transport = Transport.Tcp }, cancellationOf(rank));
        }

        SharedMemoryOptions memory = new(options.JoinDeadline, options.OperationDeadline)
        {
            RingBytes = 4096,
            InPlaceBytesMin = wires == Wires.InPlace ? 64 : int.MaxValue,
        };
        return rank => Communicator.Over(
            SharedMemoryTransport.Join(new RingMember("ring", 1, rank, worldSize), rendezvous, memory, cancellationOf(rank)),
            options,
            cancellationOf(rank),
            Communicator.Registered);
    }
}
