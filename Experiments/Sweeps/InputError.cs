namespace Orchestrator.Experiments.Sweeps;

/// <summary>What is wrong with an input, where it stands, and what would be right.</summary>
/// <param name="File">As the user gave it.</param>
/// <param name="Line">Counted from 1; 0 where the file as a whole is meant.</param>
/// <param name="Column">Counted from 1; 0 where the file as a whole is meant.</param>
/// <param name="Path">JSON path of the place where the value was written, for example <c>$.variants[2].set.pruning.sparsity</c>.</param>
/// <param name="Message">One sentence with what was found and what is allowed.</param>
public sealed record InputError(string File, int Line, int Column, string Path, string Message)
{
    /// <summary>What stands there, as in the file; null where something is missing.</summary>
    public string? Found { get; init; }

    /// <summary>What may stand there, in words.</summary>
    public string? Allowed { get; init; }

    /// <summary>The nearest name that is allowed; null if none is near.</summary>
    public string? Nearest { get; init; }

    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Path}: {Message}";
}
