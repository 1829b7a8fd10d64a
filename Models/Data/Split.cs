namespace Orchestrator.Models.Data;

/// <summary>One part of a data set (train, validation or test). Immutable; nobody writes into its arrays.</summary>
public sealed class Split
{
    private readonly Sample[] _samples;

    public Split(IEnumerable<Sample> samples) => _samples = [.. samples];

    public int Count => _samples.Length;

    /// <summary>Frames of all samples together: the unit in which the work of an epoch is counted.</summary>
    public long Frames => _samples.Sum(sample => (long)sample.Frames);

    /// <summary>Frames of the longest sample; 0 if there is none.</summary>
    public int LongestFrames => _samples.Length == 0 ? 0 : _samples.Max(sample => sample.Frames);

    public Sample this[int index] => _samples[index];
}
