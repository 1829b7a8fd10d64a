using System.Text.RegularExpressions;

namespace Orchestrator.Models.Data;

/// <summary>OpenSLR 1: one man says eight words, each "yes" or "no". The smallest real set: a network must learn it.</summary>
internal sealed partial class YesNo : DataSource<YesNoOptions>
{
    private const int TrainingNames = 31;

    /// <summary>Every sixth of the 31 training names validates: 5 of them, spread over the whole list.</summary>
    private const int ValidationStride = 6;

    public override DataSetInfo Info { get; } = new(
        "yes-no",
        typeof(YesNoOptions),
        "OpenSLR 1, yes and no: 60 real recordings of eight words each: CTC over two words",
        TaskKind.Ctc,
        [KnownFiles.YesNo],
        "Free to try recognizers with; no formal licence. Not to be redistributed.",
        "OpenSLR 1, yesno, https://www.openslr.org/1/.");

    protected override DataPlan PlanOf(YesNoOptions options, DataRoot root) =>
        new(ShapeOf(options), TrainingNames - (TrainingNames / ValidationStride));

    protected override IDataSet Load(YesNoOptions options, DataRoot root)
    {
        (SortedDictionary<string, byte[]> recordings, DataFileDigest digest) = DataFiles.ReadRecordings(KnownFiles.YesNo, root);
        var speech = new Speech(options);
        Sample SampleOf(KeyValuePair<string, byte[]> recording) =>
            speech.Labelled(recording.Key, Speech.Decode(recording.Key, recording.Value), LabelsOf(recording.Key));
        var training = recordings.Where(recording => recording.Key[0] == '0').ToArray();
        var data = new DataSet(
            Info.Kind,
            ShapeOf(options),
            new Split(training.Where((_, index) => !Validates(index)).Select(SampleOf)),
            new Split(training.Where((_, index) => Validates(index)).Select(SampleOf)),
            new Split(recordings.Where(recording => recording.Key[0] == '1').Select(SampleOf)),
            Describe(options, digest));
        return data with
        {
            Description = data.Description with { Details = [.. Counts.Of(data, "Recordings"), Counts.LabelsOf(data)] },
        };
    }

    /// <summary>The name is the transcript: <c>0_1_1_1_1_0_1_0.wav</c>. No is class 1, yes is class 2.</summary>
    internal static int[] LabelsOf(string name) => NamePattern().IsMatch(name)
        ? [.. name.Where(char.IsAsciiDigit).Select(digit => digit - '0' + 1)]
        : throw DataException.Malformed(name, "its name is not eight times 0 or 1.");

    private static bool Validates(int index) => index % ValidationStride == ValidationStride - 1;

    private static DataShape ShapeOf(YesNoOptions options) => new(Speech.InputSizeOf(options), 3, TaskKind.Ctc);

    private DataDescription Describe(YesNoOptions options, DataFileDigest digest) => new(
        "OpenSLR 1, yes and no",
        "https://www.openslr.org/1/",
        Info.Licence,
        Info.Citation,
        [digest],
        "Names that begin with 1 test (29), as in Kaldi's recipe. Of the 31 that begin with 0, in order of their names, "
        + "every sixth validates (5), the others train (26). One speaker throughout.",
        Speech.Describe(options),
        Seed: null,
        Details: []);

    [GeneratedRegex(@"^[01](_[01]){7}\.wav\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
