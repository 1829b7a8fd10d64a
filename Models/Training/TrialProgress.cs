using System.Collections.Immutable;
using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Models.Training;

/// <summary>
/// Where a trial stands, apart from its tensors: everything that a resume needs so that no number comes out different,
/// means of the running epoch included.
/// </summary>
internal sealed class TrialProgress
{
    private const string Numbers = "progress.numbers";
    private const string Steps = "progress.steps";
    private const string HistoryNames = "history.names";
    private const string HistorySteps = "history.step";
    private const string HistoryEpochs = "history.epoch";
    private const string HistoryValues = "history.value";
    private const string NamesKey = "history";

    private readonly List<MetricPoint> _history = [];

    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Whether <see cref="Step"/> closes an epoch whose evaluation is still to be done.</summary>
    public bool EpochOpen { get; set; }

    /// <summary>Steps of the running epoch that the sums below count.</summary>
    public long SummedSteps { get; private set; }

    /// <summary>Time on the training thread in earlier attempts, up to the checkpoint.</summary>
    public double SecondsBefore { get; private set; }

    /// <summary>All points so far, in order.</summary>
    public IReadOnlyList<MetricPoint> History => _history;

    /// <summary>Mean training loss of the running epoch.</summary>
    public double MeanLoss => LossSum / SummedSteps;

    /// <summary>Mean gradient norm, before clipping, of the running epoch.</summary>
    public double MeanGradientNorm => GradientNormSum / SummedSteps;

    private double LossSum { get; set; }

    private double GradientNormSum { get; set; }

    public void Count(double loss, double gradientNorm)
    {
        Step++;
        SummedSteps++;
        LossSum += loss;
        GradientNormSum += gradientNorm;
    }

    public void Add(IEnumerable<MetricPoint> points) => _history.AddRange(points);

    public void BeginEpoch()
    {
        SummedSteps = 0;
        LossSum = 0;
        GradientNormSum = 0;
        EpochOpen = false;
    }

    /// <summary>Last value by name; what a clock decided is left out, so that equal trials have equal results.</summary>
    public SortedDictionary<string, double> LastValues()
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (MetricPoint point in _history)
        {
            if (!point.Name.StartsWith("clock/", StringComparison.Ordinal))
            {
                values[point.Name] = point.Value;
            }
        }

        return values;
    }

    public SafeTensorsContent Save(double seconds)
    {
        string[] names = [.. _history.Select(point => point.Name).Distinct(StringComparer.Ordinal)];
        var places = names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => (long)pair.place);
        return new SafeTensorsContent(
            ImmutableSortedDictionary<string, string>.Empty.Add(NamesKey, string.Join('\n', names)),
            [
                SafeTensor.Of(Numbers, [3], [LossSum, GradientNormSum, seconds]),
                SafeTensor.Of(Steps, [3], [Step, SummedSteps, EpochOpen ? 1L : 0L]),
                SafeTensor.Of(HistoryNames, [_history.Count], [.. _history.Select(point => places[point.Name])]),
                SafeTensor.Of(HistorySteps, [_history.Count], [.. _history.Select(point => point.Step)]),
                SafeTensor.Of(HistoryEpochs, [_history.Count], [.. _history.Select(point => point.Epoch)]),
                SafeTensor.Of(HistoryValues, [_history.Count], [.. _history.Select(point => point.Value)]),
            ]);
    }

    /// <exception cref="SafeTensorsException">The checkpoint lacks something, or has something of another length.</exception>
    public static TrialProgress Load(SafeTensorsContent checkpoint)
    {
        ReadOnlySpan<double> numbers = checkpoint.Get(Numbers).AsDoubles();
        ReadOnlySpan<long> steps = checkpoint.Get(Steps).AsLongs();
        if (numbers.Length != 3 || steps.Length != 3)
        {
            throw new SafeTensorsException("The progress is not of this version.");
        }

        var progress = new TrialProgress
        {
            Step = steps[0],
            SummedSteps = steps[1],
            EpochOpen = steps[2] != 0,
            LossSum = numbers[0],
            GradientNormSum = numbers[1],
            SecondsBefore = numbers[2],
        };
        progress.LoadHistory(checkpoint);
        return progress;
    }

    private void LoadHistory(SafeTensorsContent checkpoint)
    {
        string[] names = checkpoint.Metadata.GetValueOrDefault(NamesKey, "").Split('\n');
        ReadOnlySpan<long> places = checkpoint.Get(HistoryNames).AsLongs();
        ReadOnlySpan<long> at = checkpoint.Get(HistorySteps).AsLongs();
        ReadOnlySpan<double> epochs = checkpoint.Get(HistoryEpochs).AsDoubles();
        ReadOnlySpan<double> values = checkpoint.Get(HistoryValues).AsDoubles();
        if (at.Length != places.Length || epochs.Length != places.Length || values.Length != places.Length)
        {
            throw new SafeTensorsException("The history's columns differ in length.");
        }

        for (int index = 0; index < places.Length; index++)
        {
            if (places[index] < 0 || places[index] >= names.Length)
            {
                throw new SafeTensorsException("The history names what is not there.");
            }

            _history.Add(new MetricPoint(names[places[index]], at[index], epochs[index], values[index]));
        }
    }
}
