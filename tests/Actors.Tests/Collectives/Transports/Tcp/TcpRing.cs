using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Rendezvous;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>Ranks on threads of this process, joined over the loopback.</summary>
internal sealed class TcpRing : IDisposable
{
    public const string Name = "ring";
    public const long Token = 7;

    public static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    /// <summary>A deadline before which ranks on a busy machine get to answer each other.</summary>
    public static readonly TimeSpan Answerable = TimeSpan.FromSeconds(1.5);

    private TcpRing(TcpTransport[] ranks) => Ranks = ranks;

    public TcpTransport[] Ranks { get; }

    public TcpTransport this[int rank] => Ranks[rank];

    public static TcpOptions Options => new() { OperationDeadline = Ample, JoinDeadline = Ample };

    public static RingMember Member(int rank, int worldSize = 2) => new(Name, Token, rank, worldSize);

    public static TcpRing Join(int worldSize, TcpOptions? options = null)
    {
        LocalRendezvous rendezvous = new();
        return new TcpRing(Gang.Run(worldSize, rank =>
            TcpTransport.Join(Member(rank, worldSize), rendezvous, options ?? Options, CancellationToken.None)));
    }

    /// <summary>Runs an operation on each rank, on a thread of its own, and tells what each threw.</summary>
    public Exception?[] Operate(Action<int, TcpTransport> body) => Gang.Errors(Ranks.Length, rank => Operate(Ranks[rank], () => body(rank, Ranks[rank])));

    public static void Operate(ITransport rank, Action body)
    {
        bool succeeded = false;
        try
        {
            rank.Begin();
            body();
            succeeded = true;
        }
        finally
        {
            rank.End(succeeded);
        }
    }

    /// <summary>Memory that stays where it is, filled with bytes that follow from the seed.</summary>
    public static byte[] Pinned(int bytes, int seed = 0)
    {
        byte[] pinned = GC.AllocateArray<byte>(bytes, pinned: true);
        for (int i = 0; i < bytes; i++)
            pinned[i] = (byte)((i * 31) + (i >> 8) + seed);
        return pinned;
    }

    public static byte[] Floats(params float[] values)
    {
        byte[] pinned = GC.AllocateArray<byte>(values.Length * sizeof(float), pinned: true);
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(pinned);
        return pinned;
    }

    public static float[] AsFloats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    /// <summary>A chunk that is a whole buffer.</summary>
    public static Envelope Whole(byte[] buffer, ElementType type = ElementType.Float32) =>
        new(type, buffer.Length / type.Bytes(), Start: 0, buffer.Length / type.Bytes());

    public void Dispose()
    {
        foreach (TcpTransport rank in Ranks)
            rank.Dispose();
    }
}
