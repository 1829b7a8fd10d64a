using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// What arrives on one connection: a frame at a time, whose header is known beforehand, into a target that is known too. So
/// no byte of the wire decides how much is read or where it goes.
/// </summary>
/// <remarks>
/// A short frame is read with its header in one call, and perhaps the next ones with it, through a buffer of this lane. Of a
/// long one the header is read alone; the payload then goes straight to its target, or, to be reduced, through the staging
/// memory that all lanes share: it stays in the cache.
/// </remarks>
internal sealed unsafe class ReceiveLane(Connection connection) : IDisposable
{
    /// <summary>Payloads up to so many bytes are copied once more to save a call, which costs as much as copying them.</summary>
    private const int ShortBytesMax = 16 << 10;
    private const int BufferBytes = ShortBytesMax + DataFrame.Bytes;

    /// <summary>What one call takes from the kernel, so that sending gets its turn in between; see <see cref="SendLane.CallBytesMax"/>.</summary>
    private const int CallBytesMax = 1 << 20;

    private readonly byte* _buffer = (byte*)NativeMemory.AlignedAlloc(BufferBytes, 64);
    private int _begin;
    private int _end;

    private DataFrame _expected;
    private bool _hasHeader;
    private byte* _target;
    private long _bytes;
    private long _taken;
    private Reducer? _reducer;
    private int _elementBytes;

    /// <summary>The first bytes of an element whose rest has not arrived yet.</summary>
    private ulong _torn;
    private int _tornBytes;

    public Connection Connection => connection;

    /// <summary>The frame has arrived.</summary>
    public bool IsDone => _hasHeader && _taken == _bytes;

    /// <summary>The peer has ended the connection; what arrived before has been taken.</summary>
    public bool IsGone { get; private set; }

    /// <summary>What makes the frame one that is not expected; its payload has not been touched.</summary>
    public RingFailure? Fault { get; private set; }

    /// <summary>The frame to take next.</summary>
    public void Expect(in DataFrame frame, nint target, long bytes, Reducer? reducer)
    {
        _expected = frame;
        _hasHeader = false;
        _target = (byte*)target;
        _bytes = bytes;
        _taken = 0;
        _reducer = reducer;
        _elementBytes = frame.Envelope.Type.Bytes();
        _tornBytes = 0;
    }

    /// <summary>Takes what has arrived, within bounds.</summary>
    /// <param name="staging">For what is to be reduced.</param>
    /// <returns>Whether anything had arrived.</returns>
    public bool Pull(Span<byte> staging)
    {
        bool moved = false;
        if (!_hasHeader)
        {
            moved = TakeHeader();
            if (!_hasHeader)
                return moved;
        }

        if (_end > _begin && _taken < _bytes)
        {
            int count = (int)Math.Min(_end - _begin, _bytes - _taken);
            Take(new ReadOnlySpan<byte>(_buffer + _begin, count));
            _begin += count;
        }

        if (_taken < _bytes)
            moved |= TakePayload(staging);
        return moved;
    }

    /// <summary>Forgets the target.</summary>
    public void Clear()
    {
        _target = null;
        (_bytes, _taken) = (0, 0);
    }

    public void Dispose() => NativeMemory.AlignedFree(_buffer);

    private bool TakeHeader()
    {
        bool moved = false;
        if (_end - _begin < DataFrame.Bytes)
            moved = Fill();
        if (_end - _begin < DataFrame.Bytes)
            return moved;
        Fault = _expected.FaultOf(new ReadOnlySpan<byte>(_buffer + _begin, DataFrame.Bytes));
        if (Fault is not null)
            return moved;
        _begin += DataFrame.Bytes;
        _hasHeader = true;
        return true;
    }

    /// <summary>Reads into the buffer, which holds less than a header.</summary>
    private bool Fill()
    {
        int held = _end - _begin;
        Buffer.MemoryCopy(_buffer + _begin, _buffer, BufferBytes, held);
        (_begin, _end) = (0, held);
        int wanted = _bytes <= ShortBytesMax ? BufferBytes : DataFrame.Bytes;
        nint received = Receive(_buffer + held, wanted - held);
        _end += (int)received;
        return received > 0;
    }

    private bool TakePayload(Span<byte> staging)
    {
        long rest = Math.Min(_bytes - _taken, CallBytesMax);
        if (_reducer is null)
        {
            nint received = Receive(_target + _taken, rest);
            _taken += received;
            return received > 0;
        }

        fixed (byte* stage = staging)
        {
            nint received = Receive(stage, Math.Min(rest, staging.Length));
            if (received > 0)
                Take(new ReadOnlySpan<byte>(stage, (int)received));
            return received > 0;
        }
    }

    private nint Receive(byte* target, long bytesMax)
    {
        nint received = Posix.Receive(connection.Descriptor, target, (nuint)bytesMax);
        if (received != Posix.Gone)
            return received;
        IsGone = true;
        return 0;
    }

    private void Take(ReadOnlySpan<byte> arrived)
    {
        Span<byte> target = new(_target + _taken, arrived.Length);
        if (_reducer is null)
            arrived.CopyTo(target);
        else
            Reduce(arrived);
        _taken += arrived.Length;
    }

    /// <summary>The wire tears elements apart; they are reduced whole.</summary>
    private void Reduce(ReadOnlySpan<byte> arrived)
    {
        byte* target = _target + _taken - _tornBytes;
        if (_tornBytes > 0)
        {
            int missing = Math.Min(_elementBytes - _tornBytes, arrived.Length);
            Span<byte> element = MemoryMarshal.AsBytes(new Span<ulong>(ref _torn));
            arrived[..missing].CopyTo(element[_tornBytes..]);
            _tornBytes += missing;
            if (_tornBytes < _elementBytes)
                return;
            _reducer!.Reduce(new Span<byte>(target, _elementBytes), element[.._elementBytes]);
            target += _elementBytes;
            arrived = arrived[missing..];
        }

        _tornBytes = arrived.Length % _elementBytes;
        int whole = arrived.Length - _tornBytes;
        _reducer!.Reduce(new Span<byte>(target, whole), arrived[..whole]);
        arrived[whole..].CopyTo(MemoryMarshal.AsBytes(new Span<ulong>(ref _torn)));
    }
}
