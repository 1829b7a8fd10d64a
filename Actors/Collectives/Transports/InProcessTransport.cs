using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// Between threads of one process, without a copy: a send publishes the address of the chunk, the receiver adds or
/// copies straight out of the sender's memory. Hence the senders' buffers must be pinned during an operation.
/// </summary>
internal sealed class InProcessTransport(InProcessWires wires, int rank, TimeSpan operationDeadline) : ITransport
{
    private readonly Doorbell _doorbell = wires.DoorbellOf(rank);
    private readonly List<Mailbox> _outgoing = [];
    private Mailbox _awaited = new();
    private Deadline _deadline;
    private long _operation;

    public int Rank => rank;

    public int WorldSize => wires.WorldSize;

    public SendSemantics Semantics => SendSemantics.Rendezvous;

    public void Begin()
    {
        _operation = wires.NextOperation(rank);
        _deadline = Deadline.In(operationDeadline);
        ThrowIfFailed();
    }

    public unsafe void Send<T>(int to, in Envelope envelope, ReadOnlySpan<T> chunk)
        where T : unmanaged
    {
        Mailbox mailbox = wires.MailboxOf(rank, to);
        if (!_outgoing.Contains(mailbox))
            _outgoing.Add(mailbox);
        mailbox.Post(envelope, (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(chunk)));
        wires.DoorbellOf(to).Ring();
    }

    public void Receive<T>(int from, in Envelope expected, Span<T> target, OnArrival onArrival)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        Mailbox mailbox = wires.MailboxOf(from, rank);
        Envelope arrived;
        nint chunk;
        do
            Await(mailbox, from, static transport => transport._awaited.IsPosted);
        while (!mailbox.TryClaim(out arrived, out chunk));

        try
        {
            if (arrived == expected)
                Take(chunk, target, onArrival);
        }
        finally
        {
            mailbox.Release();
            wires.DoorbellOf(from).Ring();
        }

        if (arrived != expected)
            wires.Fail(RingFailure.Mismatch(from, $"rank {from} sends {arrived}, rank {rank} expects {expected}"));
        ThrowIfFailed();
    }

    public void AwaitTaken(int to) =>
        Await(wires.MailboxOf(rank, to), to, static transport => transport._awaited.IsEmpty);

    public void End(bool succeeded)
    {
        if (succeeded)
            wires.OperationDone(rank);
        else if (!wires.HasFailed(_operation))
            wires.Fail(RingFailure.Aborted(rank, "an error in its own part of the operation", retryHelps: false));
        foreach (Mailbox mailbox in _outgoing)
            mailbox.Withdraw();
    }

    private static unsafe void Take<T>(nint chunk, Span<T> target, OnArrival onArrival)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        ReadOnlySpan<T> source = new((void*)chunk, target.Length);
        if (onArrival == OnArrival.Add)
            VectorAdd.Add(target, source);
        else
            source.CopyTo(target);
    }

    private void Await(Mailbox mailbox, int peer, Func<InProcessTransport, bool> holds)
    {
        _awaited = mailbox;
        bool came = _doorbell.Wait(
            (Transport: this, Holds: holds),
            static wait => wait.Holds(wait.Transport) || wait.Transport.HasFailed,
            _deadline,
            wires.MaySpin);
        if (!came)
            wires.Fail(RingFailure.Late(wires.SlowestIn(_operation, peer), _operation, _deadline.Length));
        ThrowIfFailed();
    }

    private bool HasFailed => wires.HasFailed(_operation);

    private void ThrowIfFailed()
    {
        if (wires.Failure is { } failure && failure.FromOperation <= _operation)
            throw wires.Exception(failure);
    }
}
