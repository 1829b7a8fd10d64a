using System.Text;

namespace Orchestrator.Models.Data;

/// <summary>The symbols of a text, sorted by code point: symbol i has id i.</summary>
public sealed class TextVocabulary
{
    /// <summary>Beyond, a text is hardly one of characters, and the output layer outgrows the network.</summary>
    internal const int SizeMax = 4_096;

    private readonly Rune[] _symbols;
    private readonly Dictionary<Rune, int> _ids;

    private TextVocabulary(Rune[] symbols)
    {
        _symbols = symbols;
        _ids = symbols.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
    }

    public int Size => _symbols.Length;

    public static TextVocabulary Of(string text) => new([.. text.EnumerateRunes().Distinct().Order()]);

    /// <returns>One id per code point.</returns>
    /// <exception cref="KeyNotFoundException">A symbol is not of this vocabulary.</exception>
    public int[] Encode(string text) => [.. text.EnumerateRunes().Select(symbol => _ids[symbol])];

    public string Decode(ReadOnlySpan<int> ids)
    {
        var text = new StringBuilder(ids.Length);
        foreach (int id in ids)
        {
            _ = text.Append(_symbols[id].ToString());
        }

        return text.ToString();
    }
}
