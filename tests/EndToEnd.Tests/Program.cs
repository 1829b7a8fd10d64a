using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>What a process ended with.</summary>
internal sealed record Ended(int ExitCode, string Out, string Error)
{
    public override string ToString() => $"exit code {ExitCode}\n--- out\n{Out}\n--- error\n{Error}";
}

/// <summary>The real executable in a process of its own.</summary>
internal sealed class Program : IDisposable
{
    /// <summary>Far above what any command of these tests takes: a test that hangs must end.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _out = new();
    private readonly ConcurrentQueue<string> _error = new();
    private readonly TaskCompletionSource _outClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = new();

    private Program(Process process) => _process = process;

    private static string Executable => typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Executable").Value!;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public static Program Start(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Executable, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "dumb";
        var program = new Program(new Process { StartInfo = start });
        program._process.OutputDataReceived += (_, line) => program.Take(line.Data, program._out, program._outClosed);
        program._process.ErrorDataReceived += (_, line) => program.Take(line.Data, program._error, program._errorClosed);
        program._process.Start();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<Ended> RunAsync(string folder, params string[] arguments)
    {
        using Program program = Start(folder, arguments);
        return await program.EndAsync();
    }

    public async Task<Ended> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await _process.WaitForExitAsync(deadline.Token);
        await Task.WhenAll(_outClosed.Task, _errorClosed.Task).WaitAsync(deadline.Token);
        return new Ended(_process.ExitCode, string.Join('\n', _out), string.Join('\n', _error));
    }

    /// <summary>Waits until the program prints a line that begins so; fails if it ends before.</summary>
    public async Task SaysAsync(string beginning)
    {
        TaskCompletionSource said = _awaited.GetOrAdd(beginning, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_out.Concat(_error).Any(line => line.StartsWith(beginning, StringComparison.Ordinal)))
            return;
        Task first = await Task.WhenAny(said.Task, _outClosed.Task).WaitAsync(Deadline);
        if (first != said.Task && !_out.Any(line => line.StartsWith(beginning, StringComparison.Ordinal)))
            throw new InvalidOperationException($"It never said `{beginning}`: {await EndAsync()}");
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public void KillAtOnce() => _process.Kill();

    /// <summary>Ctrl-C, or what a service manager sends.</summary>
    public async Task SignalAsync(string signal = "INT")
    {
        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Take(string? line, ConcurrentQueue<string> lines, TaskCompletionSource closed)
    {
        if (line is null)
        {
            closed.TrySetResult();
            return;
        }

        lines.Enqueue(line);
        foreach ((string beginning, TaskCompletionSource said) in _awaited)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                said.TrySetResult();
        }
    }
}
