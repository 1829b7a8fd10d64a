using System.IO.Pipelines;
using Orchestrator.Actors.Workers.Processes;

namespace Orchestrator.Actors.Tests.Workers.Processes;

/// <summary>A "process" on a thread of the test's: pipes, and the real other side or whatever a test puts there.</summary>
internal sealed class PipedProcess : IRankProcess
{
    /// <summary>Its exit code when it was killed.</summary>
    private const int Killed = 128 + 9;

    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pipes _pipes;

    /// <param name="main">Its main function, with standard input and output; returns the exit code.</param>
    public PipedProcess(Func<Pipes, int> main)
    {
        var input = new Pipe();
        var output = new Pipe();
        Input = input.Writer.AsStream();
        Output = output.Reader.AsStream();
        _pipes = new Pipes(input.Reader.AsStream(), output.Writer.AsStream());
        new Thread(() => Run(main)) { IsBackground = true, Name = "process" }.Start();
    }

    public Stream Input { get; }

    public Stream Output { get; }

    public TextReader Error { get; init; } = new StringReader("");

    public bool WasKilled { get; private set; }

    /// <summary>The trainings of this repository's own rank, joined as the test says.</summary>
    public static PipedProcess OfRank(RankChild.JoinGang join) => new(pipes =>
    {
        using var child = new RankChild(pipes.Input, pipes.Output, join, TimeProvider.System, pipes.Close);
        child.Run();
        return 0;
    });

    public void Kill()
    {
        if (_ended.Task.IsCompleted)
            return;
        WasKilled = true;
        End(Killed);
    }

    public int? AwaitExit(TimeSpan time) => _ended.Task.Wait(time) ? _ended.Task.Result : null;

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
    }

    private void Run(Func<Pipes, int> main)
    {
        try
        {
            End(main(_pipes));
        }
        catch (Exception) when (_pipes.AreClosed)
        {
            // A process that is killed, or leaves, ends wherever it is.
        }
    }

    private void End(int exitCode)
    {
        if (_ended.TrySetResult(exitCode))
            _pipes.Close();
    }

    /// <summary>The process's ends.</summary>
    internal sealed record Pipes(Stream Input, Stream Output)
    {
        private volatile bool _areClosed;

        public bool AreClosed => _areClosed;

        /// <summary>As far as the other side sees; a thread that reads still does so, until that one closes, too.</summary>
        public void Close()
        {
            _areClosed = true;
            Output.Dispose();
        }
    }
}
