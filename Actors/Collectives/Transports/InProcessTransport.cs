using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// Between threads of one process, without a copy: a send publishes the address of the chunk, the receiver reduces or
/// copies straight out of the sender's memory. Hence the senders' buffers must be pinned during an operation.
/// </summary>
internal sealed class InProcessTransport(InProcessWires wires, int rank, TimeSpan operationDeadline, Action? leave = null) : ITransport
{
    private readonly Doorbell _doorbell = wires.DoorbellOf(rank);
    private readonly Channel?[] _to = new Channel?[wires.WorldSize];
    private readonly Channel?[] _from = new Channel?[wires.WorldSize];
    private Deadline _deadline;
    private long _operation;

    public int Rank => rank;

    public int WorldSize => wires.WorldSize;

    public void Begin()
    {
        _operation = wires.NextOperation(rank);
        _deadline = Deadline.In(operationDeadline);
        ThrowIfFailed();
    }

    public void Send(int to, in Envelope envelope, ReadOnlySpan<byte> chunk)
    {
        Channel channel = _to[to] ??= wires.ChannelOf(rank, to);
        if (!channel.HasRoom)
            Await(channel, to, static (channel, _) => channel.HasRoom, 0);
        channel.Post(envelope, chunk);
        wires.DoorbellOf(to).Ring();
    }

    public void Receive(int from, in Envelope expected, Span<byte> target, Reducer? reducer)
    {
        Channel channel = _from[from] ??= wires.ChannelOf(from, rank);
        Envelope arrived;
        nint chunk;
        do
            Await(channel, from, static (channel, _) => channel.Arriving.IsPosted, 0);
        while (!channel.Arriving.TryClaim(out arrived, out chunk));

        try
        {
            if (arrived == expected)
                Take(chunk, target, reducer);
        }
        finally
        {
            channel.Release();
            wires.DoorbellOf(from).Ring();
        }

        if (arrived != expected)
            wires.Fail(RingFailure.Mismatch(from, $"rank {from} sends {arrived}, rank {rank} expects {expected}"));
        ThrowIfFailed();
    }

    public void AwaitSent(int to, int atMost)
    {
        if (_to[to] is { } channel)
            Await(channel, to, static (channel, atMost) => channel.HasAtMost(atMost), atMost);
    }

    public void End(bool succeeded)
    {
        if (succeeded)
        {
            wires.OperationDone(rank);
            return;
        }

        if (!wires.HasFailed(_operation))
            wires.Fail(RingFailure.Aborted(rank, "an error in its own part of the operation", retryHelps: false));
        foreach (Channel? channel in _to)
            channel?.Withdraw();
    }

    public void Fail(RingFailure failure) => wires.Fail(failure);

    public void Dispose() => leave?.Invoke();

    private static unsafe void Take(nint chunk, Span<byte> target, Reducer? reducer)
    {
        ReadOnlySpan<byte> source = new((void*)chunk, target.Length);
        if (reducer is null)
            source.CopyTo(target);
        else
            reducer.Reduce(target, source);
    }

    private void Await(Channel channel, int peer, Func<Channel, int, bool> holds, int argument)
    {
        if (!holds(channel, argument))
        {
            bool came = _doorbell.Wait(
                (Transport: this, Channel: channel, Holds: holds, Argument: argument),
                static wait => wait.Holds(wait.Channel, wait.Argument) || wait.Transport.HasFailed,
                _deadline,
                wires.MaySpin);
            if (!came)
                wires.Fail(RingFailure.Late(wires.SlowestIn(_operation, peer), _operation, _deadline.Length));
        }

        ThrowIfFailed();
    }

    private bool HasFailed => wires.HasFailed(_operation);

    private void ThrowIfFailed()
    {
        if (wires.Failure is { } failure && failure.FromOperation <= _operation)
            throw wires.Exception(failure);
    }
}
