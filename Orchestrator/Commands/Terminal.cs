namespace Orchestrator.Commands;

/// <summary>What a command talks to: the process's own streams and clock, or a test's.</summary>
/// <param name="Out">Answers.</param>
/// <param name="Error">Errors, and everything but the JSON where that was asked for.</param>
/// <param name="IsInteractive">Whether a person looks on, so that tables may be redrawn.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, TimeProvider Time, bool IsInteractive)
{
    public static Terminal OfProcess() => new(
        Console.Out,
        Console.Error,
        TimeProvider.System,
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"));

    /// <summary>Where the words go that accompany an answer: out of its way if it is for a machine.</summary>
    public Terminal Beside(bool json) => json ? this with { Out = Error, IsInteractive = false } : this;
}
