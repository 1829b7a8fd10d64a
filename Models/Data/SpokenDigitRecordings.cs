using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Models.Data;

/// <summary>One take of one digit by one speaker.</summary>
internal readonly record struct RecordingId(int Digit, string Speaker, int Take)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Digit}_{Speaker}_{Take}");
}

/// <summary>
/// The Free Spoken Digit Dataset: 10 digits, 6 speakers, 50 takes, and which takes belong to which part.
/// The parts are disjoint by construction, and everything that joins recordings draws from one part only.
/// </summary>
internal static partial class SpokenDigitRecordings
{
    public const int Digits = 10;

    public const string Title = "Free Spoken Digit Dataset";

    public const string Source = "https://github.com/Jakobovski/free-spoken-digit-dataset";

    public const string Licence = "CC BY-SA 4.0";

    public const string Citation =
        "Z. Jackson et al., Jakobovski/free-spoken-digit-dataset, Zenodo, doi 10.5281/zenodo.1342401.";

    public const string SplitProtocol =
        "The set's own test part, takes 0 to 4 of each digit and speaker, tests; takes 5 to 9 validate; takes 10 to 49 train. "
        + "No recording is in two parts. All six speakers are in all parts: it measures digits, not new voices.";

    public static readonly string[] Speakers = ["george", "jackson", "lucas", "nicolas", "theo", "yweweler"];

    /// <summary>First take, and how many.</summary>
    public static readonly (int First, int Count) TestTakes = (0, 5);

    /// <inheritdoc cref="TestTakes"/>
    public static readonly (int First, int Count) ValidationTakes = (5, 5);

    /// <inheritdoc cref="TestTakes"/>
    public static readonly (int First, int Count) TrainTakes = (10, 40);

    public static (Dictionary<RecordingId, short[]> Recordings, DataFileDigest Digest) Read(DataRoot root)
    {
        (SortedDictionary<string, byte[]> members, DataFileDigest digest) = DataFiles.ReadRecordings(KnownFiles.SpokenDigits, root);
        return (members.ToDictionary(member => Parse(member.Key), member => Speech.Decode(member.Key, member.Value)), digest);
    }

    /// <summary>All recordings of some takes, by digit, then speaker, then take.</summary>
    public static IEnumerable<RecordingId> Of((int First, int Count) takes) =>
        from digit in Enumerable.Range(0, Digits)
        from speaker in Speakers
        from take in Enumerable.Range(takes.First, takes.Count)
        select new RecordingId(digit, speaker, take);

    public static RecordingId Parse(string name)
    {
        Match match = NamePattern().Match(name);
        return match.Success
            ? new(
                int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                match.Groups[2].Value,
                int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture))
            : throw DataException.Malformed(name, "its name is not DIGIT_SPEAKER_TAKE.wav.");
    }

    [GeneratedRegex(@"^([0-9])_([a-z]{1,20})_([0-9]{1,2})\.wav\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
