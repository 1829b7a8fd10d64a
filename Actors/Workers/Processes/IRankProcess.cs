namespace Orchestrator.Actors.Workers.Processes;

/// <summary>A process that trains one rank, as its worker sees it.</summary>
internal interface IRankProcess : IDisposable
{
    /// <summary>Its standard input: closed, it ends.</summary>
    Stream Input { get; }

    /// <summary>Its standard output: frames, and nothing else.</summary>
    Stream Output { get; }

    /// <summary>Its standard error: words.</summary>
    TextReader Error { get; }

    /// <summary>Ends it at once; has no effect when it has ended.</summary>
    void Kill();

    /// <returns>The exit code (128 and the number of the signal that ended it); null: it has not ended within the time.</returns>
    int? AwaitExit(TimeSpan time);
}
