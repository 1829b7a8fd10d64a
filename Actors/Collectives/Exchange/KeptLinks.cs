using System.Text;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Measurement;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Links out of a store: rank 0 reads or writes it and tells the others what stands there.</summary>
internal static class KeptLinks
{
    private const int BytesMax = 1 << 20;

    /// <summary>All ranks call it, and get the same.</summary>
    /// <exception cref="FormatException">What the store holds makes no sense.</exception>
    public static MeasuredLinks Of(Communicator communicator, ILinkStore store)
    {
        bool asks = communicator.Rank == 0;
        string? kept = Tell(communicator, asks ? store.Find(communicator.WorldSize) : null);
        if (kept is null)
        {
            MeasuredLinks measured = LinkProbe.Measure(communicator);
            kept = Tell(communicator, asks ? store.Keep(communicator.WorldSize, measured.ToJson()) : null)!;
        }

        return MeasuredLinks.Parse(kept);
    }

    /// <summary>What rank 0 says, on all ranks.</summary>
    private static string? Tell(Communicator communicator, string? text)
    {
        byte[] bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
        long[] length = [bytes.Length];
        communicator.Broadcast(length.AsSpan(), root: 0);
        if (length[0] is < 0 or > BytesMax)
            throw new FormatException($"Measured links of {length[0]} bytes make no sense.");
        if (length[0] == 0)
            return null;

        // A byte in each element: the text is short, and there is no smaller type.
        long[] letters = new long[length[0]];
        for (int i = 0; i < bytes.Length; i++)
            letters[i] = bytes[i];
        communicator.Broadcast(letters.AsSpan(), root: 0);
        return Encoding.UTF8.GetString([.. letters.Select(letter => (byte)letter)]);
    }
}
