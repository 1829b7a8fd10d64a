using Google.Protobuf;
using Orchestrator.Actors.Serialization;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>One direction between a worker and its rank, for any thread to write to.</summary>
internal sealed class RankPipe(Stream stream)
{
    private readonly Lock _gate = new();

    /// <summary>Writes a message, unless the other side is gone: that is noticed where its own messages are read.</summary>
    public void Send(IMessage message)
    {
        try
        {
            lock (_gate)
                RankFrames.Write(stream, message);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The reading side tells how the other one ended.
        }
    }
}
