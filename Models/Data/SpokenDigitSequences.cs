using Orchestrator.Models.Randomness;

namespace Orchestrator.Models.Data;

/// <summary>
/// Connected digits from real speech: recordings of one speaker and one part, joined as sound with 50 to 200 ms of
/// near silence between them, and analysed as one utterance, so that windows and normalization see what a real
/// utterance would show them. A sequence follows from (seed, part, index) alone and depends on no count.
/// </summary>
internal sealed class SpokenDigitSequences : DataSource<SpokenDigitSequencesOptions>
{
    /// <summary>50 and 200 ms at 8 kHz.</summary>
    private const int PauseSamplesMin = 400;

    private const int PauseSamplesMax = 1_600;

    /// <summary>Standard deviation of the near silence, in units of the 16-bit samples.</summary>
    private const double PauseNoise = 1.5;

    public override DataSetInfo Info { get; } = new(
        "spoken-digit-sequences",
        typeof(SpokenDigitSequencesOptions),
        "Digit strings joined from the Free Spoken Digit Dataset: CTC over ten digits",
        TaskKind.Ctc,
        [KnownFiles.SpokenDigits],
        SpokenDigitRecordings.Licence,
        SpokenDigitRecordings.Citation);

    protected override DataPlan PlanOf(SpokenDigitSequencesOptions options, DataRoot root) =>
        new(ShapeOf(options), options.TrainCount);

    protected override IDataSet Load(SpokenDigitSequencesOptions options, DataRoot root)
    {
        (Dictionary<RecordingId, short[]> recordings, DataFileDigest digest) = SpokenDigitRecordings.Read(root);
        var speech = new Speech(options);
        Split PartOf(Part part, int count) => new(Enumerable.Range(0, count).Select(index => Compose(Draw(options, part, index))));
        Sample Compose(DigitSequence sequence) =>
            speech.Labelled(sequence.Name, Join(sequence, recordings), [.. sequence.Recordings.Select(id => id.Digit + 1)]);
        var data = new DataSet(
            Info.Kind,
            ShapeOf(options),
            PartOf(Part.Train, options.TrainCount),
            PartOf(Part.Validation, options.ValidationCount),
            PartOf(Part.Test, options.TestCount),
            Describe(options, digest));
        return data with
        {
            Description = data.Description with
            {
                Details =
                [
                    .. Counts.Of(data, "Sequences"),
                    Counts.LabelsOf(data),
                    new("Digits per sequence", $"{options.DigitsMin} to {options.DigitsMax}, of one speaker"),
                    new("Between digits", $"50 to 200 ms of Gaussian noise, standard deviation {PauseNoise} of 32,768"),
                ],
            },
        };
    }

    /// <summary>Which recordings make a sequence. Takes come from the part's own range only.</summary>
    internal static DigitSequence Draw(SpokenDigitSequencesOptions options, Part part, int index)
    {
        var stream = SplitMix.Derive("spoken-digit-sequences/" + part.Name, (ulong)options.Seed, (ulong)index);
        string speaker = SpokenDigitRecordings.Speakers[stream.NextInt(SpokenDigitRecordings.Speakers.Length)];
        var recordings = new RecordingId[options.DigitsMin + stream.NextInt(options.DigitsMax - options.DigitsMin + 1)];
        for (int position = 0; position < recordings.Length; position++)
        {
            int digit = stream.NextInt(SpokenDigitRecordings.Digits);
            recordings[position] = new(digit, speaker, part.Takes.First + stream.NextInt(part.Takes.Count));
        }

        int[] pauses = [.. recordings.Skip(1).Select(_ => PauseSamplesMin + stream.NextInt(PauseSamplesMax - PauseSamplesMin + 1))];
        return new DigitSequence($"{part.Name} sequence {index}", recordings, pauses, stream.State);
    }

    private static short[] Join(DigitSequence sequence, Dictionary<RecordingId, short[]> recordings)
    {
        var noise = new SplitMix(sequence.NoiseState);
        var samples = new short[sequence.Recordings.Sum(id => recordings[id].Length) + sequence.Pauses.Sum()];
        int at = 0;
        for (int position = 0; position < sequence.Recordings.Length; position++)
        {
            short[] recording = recordings[sequence.Recordings[position]];
            recording.CopyTo(samples, at);
            at += recording.Length;
            int pause = position < sequence.Pauses.Length ? sequence.Pauses[position] : 0;
            foreach (ref short sample in samples.AsSpan(at, pause))
            {
                sample = (short)Math.Round(PauseNoise * noise.NextGaussian());
            }

            at += pause;
        }

        return samples;
    }

    private static DataShape ShapeOf(SpokenDigitSequencesOptions options) =>
        new(Speech.InputSizeOf(options), SpokenDigitRecordings.Digits + 1, TaskKind.Ctc);

    private static DataDescription Describe(SpokenDigitSequencesOptions options, DataFileDigest digest) => new(
        SpokenDigitRecordings.Title + ", joined to sequences",
        SpokenDigitRecordings.Source,
        SpokenDigitRecordings.Licence,
        SpokenDigitRecordings.Citation,
        [digest],
        SpokenDigitRecordings.SplitProtocol + " A sequence joins recordings of one speaker and one part.",
        Speech.Describe(options),
        options.Seed,
        Details: []);

    /// <summary>A part of the set: its name in the random streams, and its takes.</summary>
    internal sealed record Part(string Name, (int First, int Count) Takes)
    {
        public static readonly Part Train = new("train", SpokenDigitRecordings.TrainTakes);
        public static readonly Part Validation = new("validation", SpokenDigitRecordings.ValidationTakes);
        public static readonly Part Test = new("test", SpokenDigitRecordings.TestTakes);
    }

    /// <param name="Pauses">Samples of near silence after each recording but the last.</param>
    /// <param name="NoiseState">State of the stream that the silence is drawn from.</param>
    internal sealed record DigitSequence(string Name, RecordingId[] Recordings, int[] Pauses, ulong NoiseState);
}
