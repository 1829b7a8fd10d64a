using Orchestrator.Models.Data;
using Orchestrator.Models.Randomness;

namespace Orchestrator.Bench;

/// <summary>One batch of samples of equal length, for what costs the same whatever it learns.</summary>
internal sealed class RandomText : IDataSet
{
    private readonly int _vocabulary;

    public RandomText(int batch, int sequence, int vocabulary)
    {
        _vocabulary = vocabulary;
        var stream = SplitMix.Derive("bench", 1UL);
        Train = new Split([.. Enumerable.Range(0, batch).Select(_ => new Sample(
            [], sequence, [.. Enumerable.Range(0, sequence + 1).Select(_ => stream.NextInt(vocabulary))]))]);
    }

    public string Name => "random text";

    public DataShape Shape => new(_vocabulary, _vocabulary, TaskKind.LanguageModel);

    public Split Train { get; }

    public Split Validation => Train;

    public Split Test => Train;

    public DataDescription Description => throw new NotSupportedException("Nobody reports on it.");
}
