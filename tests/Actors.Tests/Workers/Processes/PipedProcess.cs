using System.IO.Pipes;
using Orchestrator.Actors.Workers.Processes;

namespace Orchestrator.Actors.Tests.Workers.Processes;

/// <summary>A "process" on a thread of the test's: real pipes, and the real other side or whatever a test puts there.</summary>
internal sealed class PipedProcess : IRankProcess
{
    /// <summary>Its exit code when it was killed.</summary>
    private const int Killed = 128 + 9;

    private readonly AnonymousPipeServerStream _input = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _output = new(PipeDirection.In);
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pipes _pipes;

    /// <param name="main">Its main function, with standard input, output, and error; returns the exit code.</param>
    public PipedProcess(Func<Pipes, int> main)
    {
        _pipes = new Pipes(
            new AnonymousPipeClientStream(PipeDirection.In, _input.ClientSafePipeHandle),
            new AnonymousPipeClientStream(PipeDirection.Out, _output.ClientSafePipeHandle));
        new Thread(() => Run(main)) { IsBackground = true, Name = "process" }.Start();
    }

    public Stream Input => _input;

    public Stream Output => _output;

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
        _input.Dispose();
        _output.Dispose();
    }

    private void Run(Func<Pipes, int> main)
    {
        try
        {
            End(main(_pipes));
        }
        catch (Exception exception) when (WasKilled && exception is IOException or ObjectDisposedException)
        {
            // As a process that is killed ends wherever it is.
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
        /// <summary>As far as the other side sees; a thread that reads still does so, until that one closes, too.</summary>
        public void Close() => Output.Dispose();
    }
}
