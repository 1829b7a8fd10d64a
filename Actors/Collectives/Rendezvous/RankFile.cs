using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>What a rank lays down for the others in <see cref="FileRendezvous"/>. Text, a word and its values on each line.</summary>
/// <param name="Rank">Whose it is.</param>
/// <param name="WorldSize">Ranks, as it counts them.</param>
/// <param name="Nonce">Of this one call of this one process, 32 hexadecimal digits.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="IsDone">It has the addresses of all, and all know that it lives.</param>
/// <param name="Seen">Whose files it has read, with their nonces: to be listed by another is to know that it lives.</param>
internal sealed record RankFile(
    int Rank, int WorldSize, string Nonce, string Address, bool IsDone, ImmutableSortedDictionary<int, string> Seen)
{
    public const int NonceCharacters = 32;

    /// <summary>Above what <see cref="RendezvousLimits"/> allow for.</summary>
    public const int BytesMax = 512 << 10;

    private const string Heading = "orchestrator rendezvous 1";

    public string ToText()
    {
        StringBuilder text = new StringBuilder().Append(Heading).Append('\n')
            .Append(CultureInfo.InvariantCulture, $"rank {Rank}\nof {WorldSize}\nnonce {Nonce}\naddress {Address}\n")
            .Append(IsDone ? "done yes\n" : "done no\n");
        foreach ((int rank, string nonce) in Seen)
            _ = text.Append(CultureInfo.InvariantCulture, $"seen {rank} {nonce}\n");
        return text.ToString();
    }

    /// <summary>Null if the text is anything else than what <see cref="ToText"/> writes.</summary>
    public static RankFile? Parse(string text)
    {
        const int FixedLines = 6;
        string[] lines = text.Split('\n');
        if (lines.Length <= FixedLines || lines.Length > FixedLines + 1 + RendezvousLimits.WorldSizeMax || lines[0] != Heading || lines[^1].Length > 0)
            return null;
        if (Number(After(lines[1], "rank ")) is not { } rank || Number(After(lines[2], "of ")) is not { } worldSize)
            return null;
        if (After(lines[3], "nonce ") is not { } nonce || !IsNonce(nonce))
            return null;
        if (After(lines[4], "address ") is not { } address || !RendezvousLimits.IsAddress(address))
            return null;
        if (After(lines[5], "done ") is not ("yes" or "no") || rank >= worldSize)
            return null;

        var seen = ImmutableSortedDictionary.CreateBuilder<int, string>();
        foreach (string line in lines[FixedLines..^1])
        {
            string[] words = After(line, "seen ")?.Split(' ') ?? [];
            if (words is not [string seenRank, string seenNonce] || Number(seenRank) is not { } number || !IsNonce(seenNonce))
                return null;
            if (!seen.TryAdd(number, seenNonce))
                return null;
        }

        return new RankFile(rank, worldSize, nonce, address, lines[5] == "done yes", seen.ToImmutable());
    }

    private static string? After(string line, string word) => line.StartsWith(word, StringComparison.Ordinal) ? line[word.Length..] : null;

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= RendezvousLimits.WorldSizeMax
            ? number
            : null;

    private static bool IsNonce(string text) => text.Length == NonceCharacters && text.All(char.IsAsciiHexDigitLower);
}
