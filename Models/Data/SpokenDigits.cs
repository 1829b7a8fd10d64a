namespace Orchestrator.Models.Data;

/// <summary>Whole recordings of the Free Spoken Digit Dataset: which digit is it?</summary>
internal sealed class SpokenDigits : DataSource<SpokenDigitsOptions>
{
    public override DataSetInfo Info { get; } = new(
        "spoken-digits",
        typeof(SpokenDigitsOptions),
        "Free Spoken Digit Dataset: 3,000 real recordings, one digit each: classification",
        TaskKind.Classification,
        [KnownFiles.SpokenDigits],
        SpokenDigitRecordings.Licence,
        SpokenDigitRecordings.Citation);

    protected override DataPlan PlanOf(SpokenDigitsOptions options, DataRoot root) =>
        new(ShapeOf(options), SpokenDigitRecordings.Of(SpokenDigitRecordings.TrainTakes).Count());

    protected override IDataSet Load(SpokenDigitsOptions options, DataRoot root)
    {
        (Dictionary<RecordingId, short[]> recordings, DataFileDigest digest) = SpokenDigitRecordings.Read(root);
        var speech = new Speech(options);
        Split PartOf((int First, int Count) takes) =>
            new(SpokenDigitRecordings.Of(takes).Select(id => speech.Classified(recordings[id], id.Digit)));
        var data = new DataSet(
            Info.Kind,
            ShapeOf(options),
            PartOf(SpokenDigitRecordings.TrainTakes),
            PartOf(SpokenDigitRecordings.ValidationTakes),
            PartOf(SpokenDigitRecordings.TestTakes),
            Describe(options, digest));
        return data with { Description = data.Description with { Details = Counts.Of(data, "Recordings") } };
    }

    private static DataShape ShapeOf(SpokenDigitsOptions options) =>
        new(Speech.InputSizeOf(options), SpokenDigitRecordings.Digits, TaskKind.Classification);

    private static DataDescription Describe(SpokenDigitsOptions options, DataFileDigest digest) => new(
        SpokenDigitRecordings.Title,
        SpokenDigitRecordings.Source,
        SpokenDigitRecordings.Licence,
        SpokenDigitRecordings.Citation,
        [digest],
        SpokenDigitRecordings.SplitProtocol,
        Speech.Describe(options),
        Seed: null,
        Details: []);
}
