using System.Collections.Immutable;

namespace Orchestrator.Models.Pruning;

/// <summary>Pruning options that cannot be carried out with this network, this training and these sources: bad input, never retried.</summary>
public sealed class PruningConfigurationException : ArgumentException
{
    internal PruningConfigurationException(ImmutableArray<PruningProblem> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    internal PruningConfigurationException(string path, string message)
        : this([new PruningProblem(path, message)])
    {
    }

    /// <summary>All that is wrong, not the first thing alone.</summary>
    public ImmutableArray<PruningProblem> Problems { get; }

    internal static void ThrowIfAny(ImmutableArray<PruningProblem> problems)
    {
        if (!problems.IsEmpty)
            throw new PruningConfigurationException(problems);
    }
}
