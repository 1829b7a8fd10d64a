using Google.Protobuf.Collections;
using Orchestrator.Actors.Coordination;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Metrics.MetricsProtocol;

namespace Orchestrator.Actors.Serialization;

/// <summary>The forms of <see cref="Metrics.MetricsProtocol"/>.</summary>
internal static class MetricsWire
{
    public static IEnumerable<WireForm> Forms =>
    [
        WireForm.Of<MetricsBatch, Proto.MetricsBatch>(
            "metrics.batch.1",
            Proto.MetricsBatch.Parser,
            batch => new Proto.MetricsBatch
            {
                Trial = batch.Trial,
                Token = batch.Token,
                Rank = batch.Rank,
                Sequence = batch.Sequence,
                Points = { batch.Points.Select(Write) },
            },
            proto => new MetricsBatch(proto.Trial, proto.Token, proto.Rank, proto.Sequence, [.. proto.Points.Select(Read)])),
        WireForm.Of<BatchCommitted, Proto.BatchCommitted>(
            "metrics.batch-committed.1",
            Proto.BatchCommitted.Parser,
            committed => new Proto.BatchCommitted
            {
                Trial = committed.Trial,
                Token = committed.Token,
                Rank = committed.Rank,
                Sequence = committed.Sequence,
            },
            proto => new BatchCommitted(proto.Trial, proto.Token, proto.Rank, proto.Sequence)),
        WireForm.Of<RecordResult, Proto.RecordResult>("metrics.record-result.1", Proto.RecordResult.Parser, Write, Read),
        WireForm.Of<ResultCommitted, Proto.ResultCommitted>(
            "metrics.result-committed.1",
            Proto.ResultCommitted.Parser,
            committed => new Proto.ResultCommitted { Trial = committed.Trial, Token = committed.Token },
            proto => new ResultCommitted(proto.Trial, proto.Token)),
        WireForm.Of<StaleAttempt, Proto.StaleAttempt>(
            "metrics.stale-attempt.1",
            Proto.StaleAttempt.Parser,
            stale => new Proto.StaleAttempt { Trial = stale.Trial, Token = stale.Token, NewestToken = stale.NewestToken },
            proto => new StaleAttempt(proto.Trial, proto.Token, proto.NewestToken)),
        WireForm.Of<StepReport, Proto.StepReport>(
            "metrics.step-report.1",
            Proto.StepReport.Parser,
            report => new Proto.StepReport
            {
                Trial = report.Trial,
                Token = report.Token,
                Step = report.Step,
                Steps = report.Steps,
                Epoch = report.Epoch,
                Loss = report.Loss,
            },
            proto => new StepReport(proto.Trial, proto.Token, proto.Step, proto.Steps, proto.Epoch, proto.Loss)),
        WireForm.Of<TrialReport, Proto.TrialReport>("metrics.trial-report.1", Proto.TrialReport.Parser, Write, Read),
        WireForm.Of<Drain, Proto.Drain>("metrics.drain.1", Proto.Drain.Parser, _ => new Proto.Drain(), _ => new Drain()),
        WireForm.Of<Drained, Proto.Drained>(
            "metrics.drained.1", Proto.Drained.Parser, _ => new Proto.Drained(), _ => new Drained()),
    ];

    public static Proto.MetricPoint Write(MetricPoint point) =>
        new() { Name = point.Name, Step = point.Step, Epoch = point.Epoch, Value = point.Value };

    public static MetricPoint Read(Proto.MetricPoint proto) => new(proto.Name, proto.Step, proto.Epoch, proto.Value);

    private static Proto.TrialReport Write(TrialReport report)
    {
        var proto = new Proto.TrialReport
        {
            Trial = report.Trial,
            Token = report.Token,
            Attempt = report.Attempt,
            State = (int)report.State,
        };
        if (report.Reason is not null)
            proto.Reason = report.Reason;
        return proto;
    }

    private static TrialReport Read(Proto.TrialReport proto) => new(
        proto.Trial,
        proto.Token,
        proto.Attempt,
        WireValues.Defined<TrialState>(proto.State),
        proto.HasReason ? proto.Reason : null);

    private static Proto.RecordResult Write(RecordResult record)
    {
        StoredResult stored = record.Result;
        var proto = new Proto.RecordResult
        {
            Trial = stored.TrialId,
            End = (int)stored.End,
            Attempts = stored.Attempts,
            Token = stored.Token,
            Result = stored.Result is null ? null : Write(stored.Result),
            EnvironmentId = stored.EnvironmentId,
        };
        if (stored.Reason is not null)
            proto.Reason = stored.Reason;
        return proto;
    }

    private static RecordResult Read(Proto.RecordResult proto) => new(new StoredResult
    {
        TrialId = proto.Trial,
        End = WireValues.Defined<TrialEnd>(proto.End),
        Reason = proto.HasReason ? proto.Reason : null,
        Attempts = proto.Attempts,
        Token = proto.Token,
        Result = proto.Result is null ? null : Read(proto.Result),
        EnvironmentId = proto.EnvironmentId,
    });

    public static Proto.TrialResult Write(TrialResult result)
    {
        var proto = new Proto.TrialResult
        {
            Metrics = { result.Metrics },
            Steps = result.Steps,
            Epochs = result.Epochs,
            Parameters = result.Parameters,
            Nonzeros = result.Nonzeros,
            Densities = { result.Densities.Select(Write) },
            WeightsBytes = result.WeightsBytes,
            CompressedBytes = result.CompressedBytes,
            TrainingSeconds = result.TrainingSeconds,
        };
        if (result.WeightsFile is not null)
            proto.WeightsFile = result.WeightsFile;
        if (result.WeightsSha256 is not null)
            proto.WeightsSha256 = result.WeightsSha256;
        return proto;
    }

    public static TrialResult Read(Proto.TrialResult proto) => new()
    {
        Metrics = Sorted(proto.Metrics),
        Steps = proto.Steps,
        Epochs = proto.Epochs,
        Parameters = proto.Parameters,
        Nonzeros = proto.Nonzeros,
        Densities = [.. proto.Densities.Select(Read)],
        WeightsFile = proto.HasWeightsFile ? proto.WeightsFile : null,
        WeightsSha256 = proto.HasWeightsSha256 ? proto.WeightsSha256 : null,
        WeightsBytes = proto.WeightsBytes,
        CompressedBytes = proto.CompressedBytes,
        TrainingSeconds = proto.TrainingSeconds,
    };

    private static Proto.MatrixDensity Write(MatrixDensity density) => new()
    {
        Name = density.Name,
        Rows = density.Rows,
        Columns = density.Columns,
        Density = density.Density,
        ByGate = { density.ByGate },
    };

    private static MatrixDensity Read(Proto.MatrixDensity proto) =>
        new(proto.Name, proto.Rows, proto.Columns, proto.Density, Sorted(proto.ByGate));

    private static SortedDictionary<string, double> Sorted(MapField<string, double> map) => new(map);
}
