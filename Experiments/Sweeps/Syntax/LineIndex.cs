namespace Orchestrator.Experiments.Sweeps.Syntax;

/// <summary>From the reader's (line, position in line) to an offset in the text, and from an offset to a place. Lines end with LF, CR or CR LF.</summary>
internal sealed class LineIndex
{
    private readonly List<int> _starts = [0];
    private readonly int _length;

    public LineIndex(string text)
    {
        _length = text.Length;
        for (int at = 0; at < text.Length; at++)
        {
            bool ends = text[at] == '\n' || (text[at] == '\r' && (at + 1 == text.Length || text[at + 1] != '\n'));
            if (ends)
                _starts.Add(at + 1);
        }
    }

    /// <param name="line">Counted from 1; 0 before the first token.</param>
    /// <param name="position">Signs of the line that were read.</param>
    public int Offset(int line, int position)
    {
        int start = _starts[Math.Clamp(line - 1, 0, _starts.Count - 1)];
        return Math.Min(start + position, _length);
    }

    public Place PlaceAt(int offset, string path)
    {
        int found = _starts.BinarySearch(offset);
        int line = found >= 0 ? found : ~found - 1;
        return new Place(line + 1, offset - _starts[line] + 1, path);
    }
}
