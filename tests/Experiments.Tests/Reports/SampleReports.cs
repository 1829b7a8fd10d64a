using System.Collections.Immutable;
using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Tests.Reports;

/// <summary>Inputs of reports: made-up figures of the shape that real sweeps have, from a fixed stream.</summary>
internal static class SampleReports
{
    private static readonly MetricDescription DigitError =
        new("test/cer", "digit error", MetricDirection.Minimize, MetricUnit.Fraction);

    /// <summary>Two cells at six seeds: small enough to be read whole.</summary>
    public static ReportInput TwoVariants() => new()
    {
        SweepName = "digits-gru",
        Question = "Does gradual pruning keep the digit error of a GRU?",
        PlanHash = "4f1c2a9be0",
        Objective = DigitError,
        OtherMetrics = [new("test/ser", "string error", MetricDirection.Minimize, MetricUnit.Fraction)],
        EquivalenceMargin = 0.01,
        Software = [new("Orchestrator", "0.1.0"), new("TorchSharp", "0.107.0")],
        Machine = [new("Processor", "2 cores, AVX-512"), new("System", "Debian 12")],
        DataSets =
        [
            new("spoken-digit-sequences",
                [new("Source", "Free Spoken Digit Dataset"), new("Split", "takes 0–4 test, 5–49 training")],
                SharesSpeakers: true),
        ],
        Cells =
        [
            TwoVariantsCell("dense", null, 52_300, [0.0391, 0.0402, 0.0379, 0.0388, 0.0410, 0.0371]),
            TwoVariantsCell("gradual 90 %", "dense", 5_450, [0.0412, 0.0417, 0.0388, 0.0420, 0.0415, 0.0400]),
        ],
    };

    /// <summary>Seven cells at six seeds, as a comparison of pruning methods gives them, with what can go wrong.</summary>
    public static ReportInput PruningMethods()
    {
        var stream = new SplitMix64(7);
        return TwoVariants() with
        {
            SweepName = "digits-ctc",
            Question = "Is a recurrent network that is pruned while it trains as good as the dense one on connected spoken digits, and how much smaller is it?",
            CreatedAt = new DateTimeOffset(2026, 3, 14, 9, 26, 0, TimeSpan.Zero),
            Software =
            [
                new("Orchestrator", "0.1.0"), new(".NET", "10.0.4"), new("TorchSharp", "0.107.0"), new("libtorch", "2.10.0"),
            ],
            Machine =
            [
                new("Processor", "AMD EPYC 9R14, 2 cores"), new("Instruction sets", "AVX2, AVX-512"), new("Memory", "7.6 GiB"),
                new("System", "Debian GNU/Linux 12 (bookworm)"), new("MKL dispatch", "mended, self-test passed"),
            ],
            DataSets =
            [
                new("spoken-digit-sequences",
                    [
                        new("Source", "Free Spoken Digit Dataset, recordings.tar.gz"), new("Licence", "CC BY-SA 4.0"),
                        new("SHA-256", "9d5f2c6b1f0e4a7788f5b1c20e6d3a9c4b7e8f1a2d3c4b5a69788796a5b4c3d2"),
                        new("Split", "takes 0–4 test, 5–9 validation, 10–49 training"),
                        new("Sequences", "6,000 training, 600 validation, 600 test, 3–7 digits of one speaker"),
                        new("Features", "40 log-mel bands, window 25 ms, shift 10 ms"),
                    ],
                    SharesSpeakers: true),
            ],
            Cells =
            [
                Cell(stream, "dense", null, hidden: 128, sparsity: 0, error: 0.039, spread: 0.0022, slope: 1),
                Cell(stream, "small dense", "dense", hidden: 36, sparsity: 0, error: 0.082, spread: 0.006, slope: 0.8, matches: "gradual 90 %"),
                Cell(stream, "hard 90 %", "dense", hidden: 128, sparsity: 0.9, error: 0.061, spread: 0.004, slope: 1, isHard: true),
                Cell(stream, "gradual 90 %", "dense", hidden: 128, sparsity: 0.9, error: 0.0405, spread: 0.0018, slope: 1),
                Cell(stream, "cubic 90 %", "dense", hidden: 128, sparsity: 0.9, error: 0.0425, spread: 0.004, slope: 1),
                Cell(stream, "random mask 90 %", "dense", hidden: 128, sparsity: 0.9, error: 0.071, spread: 0.009, slope: 0.9),
                Cell(stream, "large, pruned to the dense size", "dense", hidden: 320, sparsity: 0.8, error: 0.031, spread: 0.0015, slope: 1.2, matches: "dense"),
            ],
        };
    }

    /// <summary>The same objective for any cells: what matters is named in the test.</summary>
    public static ReportInput Of(params (string Name, string? Control, double[] Errors)[] cells) => TwoVariants() with
    {
        Cells = [.. cells.Select(c => TwoVariantsCell(c.Name, c.Control, 52_300, c.Errors))],
    };

    private static CellResult TwoVariantsCell(string name, string? control, long nonzeros, double[] errors) => new()
    {
        Name = name,
        Variant = name,
        Control = control,
        Configuration =
        [
            new("network.kind", "gru"), new("network.hiddenSize", "128"),
            new("pruning.method", control is null ? "none" : "gradual-threshold"),
        ],
        Parameters = 52_300,
        NonzerosPlanned = nonzeros,
        Trials =
        [
            .. errors.Select((error, seed) => new TrialResult
            {
                Id = $"{name.Replace(" ", "-", StringComparison.Ordinal)}-{seed}",
                Seed = seed,
                Attempts = 1,
                Outcome = TrialOutcome.Succeeded,
                RunPath = $"../trials/{name}/{seed}",
                Metrics = [new("test/cer", error), new("test/ser", 3 * error)],
                ValidationCurve = [new(1, 0.5), new(2, 2 * error), new(3, error)],
                TrainingLossCurve = [new(1, 1.5), new(2, 0.4), new(3, 0.2)],
                SparsityCurve = [new(0, 0), new(300, 1 - nonzeros / 52_300.0)],
                Densities = [new("gru.recurrent", 384, 128, nonzeros / 52_300.0)],
                Nonzeros = nonzeros,
                DenseFileBytes = 210_000,
                CompressedFileBytes = 4 * nonzeros + 900,
                TrainingSeconds = (control is null ? 60 : 61) + seed,
                Steps = 300,
            }),
        ],
    };

    private static CellResult Cell(
        SplitMix64 stream, string name, string? control, int hidden, double sparsity, double error, double spread,
        double slope, string? matches = null, bool isHard = false)
    {
        var recurrent = 3L * hidden * hidden * 2;
        var input = 3L * hidden * 40 * 2;
        var parameters = recurrent + input + 12L * hidden + 2L * hidden * 11 + 11;
        var nonzeros = parameters - (long)(sparsity * (recurrent + input));
        var trials = Enumerable.Range(0, 6).Select(seed =>
        {
            var measured = error + spread * Noise(stream) + 0.001 * Math.Sin(seed * 2.1);
            var trial = Trial(stream, name, seed, measured, hidden, sparsity, slope, isHard) with
            {
                Nonzeros = nonzeros + (sparsity > 0 ? (long)(300 * Noise(stream)) : 0),
                DenseFileBytes = 4 * parameters + 1_480,
                CompressedFileBytes = sparsity > 0 ? (long)(5.1 * nonzeros) + 2_200 : 4 * parameters + 1_480,
            };
            return (name, seed) switch
            {
                ("random mask 90 %", 4) => trial with
                {
                    Outcome = TrialOutcome.Diverged,
                    Reason = "The training loss became NaN in epoch 3, step 512.",
                    Metrics = [],
                },
                ("cubic 90 %", 5) => trial with
                {
                    Outcome = TrialOutcome.Failed,
                    Reason = "No space left on device while writing the checkpoint of epoch 7.",
                    Attempts = 3,
                    Metrics = [],
                },
                _ => trial,
            };
        });
        return new CellResult
        {
            Name = name,
            Variant = name,
            Control = control,
            MatchesNonzerosOf = matches,
            Parameters = parameters,
            NonzerosPlanned = sparsity > 0 ? nonzeros : parameters,
            Configuration = Configuration(name, hidden, sparsity, isHard),
            Trials = [.. trials],
        };
    }

    private static ImmutableArray<NamedValue> Configuration(string name, int hidden, double sparsity, bool isHard)
    {
        ImmutableArray<NamedValue> shared =
        [
            new("data.kind", "spoken-digit-sequences"), new("data.batchSize", "32"), new("network.kind", "gru"),
            new("network.hiddenSize", $"{hidden}"), new("network.layers", "1"), new("network.bidirectional", "true"),
            new("optimizer.kind", "adam"), new("optimizer.learningRate", "0.002"), new("optimizer.clipNorm", "1"),
            new("training.epochs", "12"), new("training.worldSize", "1"),
        ];
        if (sparsity == 0) return shared.Add(new("pruning.method", "none"));

        var method = isHard ? "one-shot" : name.Split(' ')[0] switch { "cubic" => "gradual-cubic", "random" => "random", _ => "gradual-threshold" };
        return [.. shared, new("pruning.method", method), new("pruning.sparsity", $"{sparsity}"), new("pruning.everySteps", "100")];
    }

    private static TrialResult Trial(
        SplitMix64 stream, string name, int seed, double error, int hidden, double sparsity, double slope, bool isHard)
    {
        const int Epochs = 12;
        const int StepsPerEpoch = 188;
        var validation = Enumerable.Range(1, Epochs).Select(epoch => new CurvePoint(epoch,
            error + 0.9 * Math.Exp(-0.75 * slope * epoch) * (1 + 0.15 * Noise(stream)) + (isHard && epoch == 9 ? 0.18 : 0)));
        var loss = Enumerable.Range(1, Epochs).Select(epoch => new CurvePoint(epoch,
            (0.05 + 2.4 * Math.Exp(-0.5 * slope * epoch)) * (1 + 0.05 * Noise(stream))));
        var steps = Enumerable.Range(0, Epochs * StepsPerEpoch / 47 + 1).Select(i => i * 47.0);
        return new TrialResult
        {
            Id = $"{name[0]}{(uint)name.Sum(c => c) * 7919 % 65536:x4}-{seed}",
            Seed = seed,
            Attempts = 1,
            Outcome = TrialOutcome.Succeeded,
            RunPath = $"../trials/{name}/{seed}",
            Metrics = [new("test/cer", error), new("test/ser", Math.Min(1, 2.9 * error + 0.01 * Noise(stream)))],
            ValidationCurve = [.. validation],
            TrainingLossCurve = [.. loss],
            SparsityCurve = sparsity == 0 ? [] :
                [.. steps.Select(step => new CurvePoint(step, SparsityAt(step / (Epochs * StepsPerEpoch), sparsity, isHard) * (1 + 0.01 * Noise(stream))))],
            Densities = Densities(stream, hidden, sparsity),
            TrainingSeconds = (hidden < 64 ? 58 : hidden < 200 ? 131 : 402) * (sparsity > 0 ? 1.02 : 1) + 3 * Noise(stream),
            Steps = Epochs * StepsPerEpoch,
        };
    }

    private static double SparsityAt(double time, double sparsity, bool isHard) =>
        isHard ? time < 0.7 ? 0 : sparsity : sparsity * (1 - Math.Pow(1 - Math.Clamp((time - 0.08) / 0.5, 0, 1), 3));

    private static ImmutableArray<MatrixDensity> Densities(SplitMix64 stream, int hidden, double sparsity)
    {
        double Density(double factor) => sparsity == 0 ? 1 : Math.Clamp((1 - sparsity) * factor * (1 + 0.05 * Noise(stream)), 0, 1);
        return
        [
            new("rnn.forward.input", 3 * hidden, 40, Density(1.6)), new("rnn.forward.recurrent", 3 * hidden, hidden, Density(0.8)),
            new("rnn.backward.input", 3 * hidden, 40, Density(1.5)), new("rnn.backward.recurrent", 3 * hidden, hidden, Density(0.75)),
            new("output.weight", 11, 2 * hidden, 1),
        ];
    }

    /// <summary>About normal: the sum of four uniform draws, of variance 1.</summary>
    private static double Noise(SplitMix64 stream) =>
        Enumerable.Range(0, 4).Sum(_ => stream.NextIndex(1 << 20) / (double)(1 << 20) - 0.5) * Math.Sqrt(3);
}
