namespace Orchestrator.Experiments.Sweeps;

/// <summary>The input cannot be used: printed without a stack, exit code 2, never retried. Carries all errors at once, in the order of the file.</summary>
public sealed class BadInputException(IReadOnlyList<InputError> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<InputError> Errors { get; } = errors;
}
