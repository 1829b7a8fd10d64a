using System.Text;

namespace Orchestrator.Models.Data;

/// <summary>
/// A text as a language model's data: cut by position into train, validation and test, and each part into windows.
/// A window has one symbol more than it predicts; the next one begins with that symbol, so that each symbol of a part
/// but its first is predicted exactly once. What does not fill a window at the end of a part is left out.
/// </summary>
internal sealed class TextSource : DataSource<TextOptions>
{
    public override DataSetInfo Info { get; } = new(
        "text",
        typeof(TextOptions),
        "Any text file, character by character: language model",
        TaskKind.LanguageModel,
        [KnownFiles.TinyShakespeare, KnownFiles.WarAndPeace],
        "That of the text; the known sets are in the public domain.",
        "A. Karpathy, J. Johnson, L. Fei-Fei, Visualizing and understanding recurrent networks, arXiv 1506.02078 (known sets).");

    protected override DataPlan PlanOf(TextOptions options, DataRoot root)
    {
        Text text = Read(options, root);
        return new(ShapeOf(text), WindowsIn(PartsOf(text.Symbols.Length, options).Train, options.SequenceLength));
    }

    protected override IDataSet Load(TextOptions options, DataRoot root)
    {
        Text text = Read(options, root);
        (Range train, Range validation, Range test) = PartsOf(text.Symbols.Length, options);
        Split PartOf(Range part) => new(Windows(text.Symbols.AsMemory(part), options.SequenceLength));
        return new DataSet(
            Info.Kind, ShapeOf(text), PartOf(train), PartOf(validation), PartOf(test), Describe(options, text));
    }

    private static DataShape ShapeOf(Text text) =>
        new(text.Vocabulary.Size, text.Vocabulary.Size, TaskKind.LanguageModel);

    private static Text Read(TextOptions options, DataRoot root)
    {
        (byte[] bytes, DataFileDigest digest) = options.Set is { } set
            ? DataFiles.Read(FileOf(set), root)
            : DataFiles.ReadOwn(options.Path!, Locate(options.Path!, root));
        string text = Shorten(Decode(digest.Path, bytes), options.SymbolLimit);
        var vocabulary = TextVocabulary.Of(text);
        if (vocabulary.Size > TextVocabulary.SizeMax)
        {
            throw DataException.Malformed(
                digest.Path, $"it has {vocabulary.Size:N0} different symbols; at most {TextVocabulary.SizeMax:N0} are read.");
        }

        var read = new Text(vocabulary, vocabulary.Encode(text), digest);
        CheckLength(read, options);
        return read;
    }

    private static DataFile FileOf(TextSet set) => set switch
    {
        TextSet.TinyShakespeare => KnownFiles.TinyShakespeare,
        TextSet.WarAndPeace => KnownFiles.WarAndPeace,
        _ => throw new ArgumentOutOfRangeException(nameof(set), set, "Not a known text."),
    };

    /// <summary>
    /// A path of a sweep file stays inside the folder of that file, or inside the data folder: a sweep that comes from
    /// elsewhere can read nothing else of this machine.
    /// </summary>
    private static string Locate(string path, DataRoot root)
    {
        string[] folders = [.. new[] { root.SweepDirectory, root.Directory }.OfType<string>().Select(Path.GetFullPath)];
        if (Path.IsPathRooted(path) || folders.Any(folder => !IsInside(folder, path)))
        {
            throw new DataException(
                path,
                $"`{path}` leaves its folder. "
                + "Give a path relative to the sweep file or to the data folder, without `..` out of it.");
        }

        return folders.Select(folder => Path.Combine(folder, path)).FirstOrDefault(File.Exists)
            ?? throw new DataException(
                path,
                folders.Length == 0
                    ? $"`{path}` cannot be looked up: neither a sweep file's folder nor a data folder is known."
                    : $"`{path}` is not in {string.Join(" and not in ", folders.Select(folder => $"`{folder}`"))}.");
    }

    private static bool IsInside(string folder, string path) =>
        !Path.GetRelativePath(folder, Path.GetFullPath(path, folder)).Split('/', '\\').Contains("..");

    private static string Decode(string name, byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException error)
        {
            throw DataException.Malformed(name, $"it is not UTF-8 (at byte {error.Index:N0}).", error);
        }
    }

    /// <summary>Cuts after that many code points.</summary>
    private static string Shorten(string text, int? symbols)
    {
        if (symbols is not { } limit)
        {
            return text;
        }

        int length = 0;
        foreach (Rune symbol in text.EnumerateRunes().Take(limit))
        {
            length += symbol.Utf16SequenceLength;
        }

        return text[..length];
    }

    private static void CheckLength(Text text, TextOptions options)
    {
        (Range train, Range validation, Range test) = PartsOf(text.Symbols.Length, options);
        if (new[] { train, validation, test }.Any(part => WindowsIn(part, options.SequenceLength) == 0))
        {
            throw DataException.Malformed(
                text.Digest.Path,
                $"{text.Symbols.Length:N0} symbols are too few for a window of {options.SequenceLength} in each part. "
                + "Lower `sequenceLength`.");
        }
    }

    private static (Range Train, Range Validation, Range Test) PartsOf(int symbols, TextOptions options)
    {
        int validation = (int)(symbols * options.TrainFraction);
        int test = validation + (int)(symbols * options.ValidationFraction);
        return (..validation, validation..test, test..symbols);
    }

    private static int WindowsIn(Range part, int sequenceLength) =>
        Math.Max(part.End.Value - part.Start.Value - 1, 0) / sequenceLength;

    private static IEnumerable<Sample> Windows(Memory<int> part, int sequenceLength) =>
        Enumerable.Range(0, WindowsIn(..part.Length, sequenceLength)).Select(window =>
            new Sample([], sequenceLength, part.Slice(window * sequenceLength, sequenceLength + 1).ToArray()));

    private DataDescription Describe(TextOptions options, Text text)
    {
        (Range train, Range validation, Range test) = PartsOf(text.Symbols.Length, options);
        string Count(Range part) =>
            $"{part.End.Value - part.Start.Value:N0} symbols, {WindowsIn(part, options.SequenceLength):N0} windows";
        return new(
            options.Set is { } set ? FileOf(set).Name : text.Digest.Path,
            options.Set is { } known ? FileOf(known).Note : "The user's own file",
            Info.Licence,
            options.Set is null ? "None: the user's own file." : Info.Citation,
            [text.Digest],
            $"By position: the first {options.TrainFraction:P1} train, the next {options.ValidationFraction:P1} validate, "
            + "the rest tests.",
            "Characters (Unicode code points), vocabulary from the whole text read; "
            + $"consecutive windows of {options.SequenceLength}.",
            Seed: null,
            [
                new("Train", Count(train)),
                new("Validation", Count(validation)),
                new("Test", Count(test)),
                new("Vocabulary", $"{text.Vocabulary.Size} symbols"),
                .. options.SymbolLimit is { } limit ? new[] { new DataProperty("Symbol limit", $"{limit}") } : [],
            ]);
    }

    private sealed record Text(TextVocabulary Vocabulary, int[] Symbols, DataFileDigest Digest);
}
