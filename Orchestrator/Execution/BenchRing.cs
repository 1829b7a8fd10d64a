using System.Diagnostics;
using System.Text;
using Newtonsoft.Json;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Measurement;
using Orchestrator.Actors.Collectives.Rendezvous;
using Orchestrator.Commands;

namespace Orchestrator.Execution;

/// <summary>Has the ranks of one ring measure, as threads or as processes of this program.</summary>
internal static class BenchRing
{
    private const string Name = "bench";
    private const long Token = 1;

    /// <summary>Runs the ring.</summary>
    /// <param name="request">What to measure.</param>
    /// <param name="report">Called with each point as it comes, by whichever thread.</param>
    /// <param name="stop">Ends it; no process stays behind.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <exception cref="BenchRankException">The process of a rank has failed.</exception>
    public static async Task RunAsync(BenchRequest request, Action<BenchmarkPoint> report, CancellationToken stop)
    {
        if (request.Transport is null)
            await RunThreadsAsync(request, report, stop);
        else
            await RunProcessesAsync(request, report, stop);
    }

    /// <summary>The part of a rank that is a process of its own.</summary>
    /// <returns>The exit code.</returns>
    public static int RunRank(TextReader input, TextWriter output)
    {
        BenchRankRequest rank = JsonConvert.DeserializeObject<BenchRankRequest>(input.ReadLine() ?? "null")
            ?? throw new InvalidDataException("Nothing was asked of this rank.");
        ExitWithParent(input);
        RingMember member = new(Name, Token, rank.Rank, rank.Ring.WorldSize);
        try
        {
            using Communicator communicator = Communicator.Join(
                member, new FileRendezvous(rank.Folder), rank.Ring.Options, CancellationToken.None);
            AllReduceBenchmark.Run(communicator, rank.Ring.Plan, Tell, CancellationToken.None);
            return ExitCode.Done;
        }
        catch (CollectiveException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return ExitCode.SomeFailed;
        }

        void Tell(BenchmarkPoint point)
        {
            if (rank.Rank != 0)
                return;
            output.WriteLine(JsonConvert.SerializeObject(point));
            output.Flush();
        }
    }

    private static async Task RunThreadsAsync(BenchRequest request, Action<BenchmarkPoint> report, CancellationToken stop)
    {
        LocalRingRendezvous rings = new(request.Options);
        Task[] ranks = [.. Enumerable.Range(0, request.WorldSize).Select(rank => Task.Factory.StartNew(
            () => Measure(rank), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(ranks);

        void Measure(int rank)
        {
            using Communicator communicator = rings.Join(Name, Token, rank, request.WorldSize, stop);
            AllReduceBenchmark.Run(communicator, request.Plan, rank == 0 ? report : static _ => { }, stop);
        }
    }

    private static async Task RunProcessesAsync(BenchRequest request, Action<BenchmarkPoint> report, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("orchestrator-bench-").FullName;
        List<Process> ranks = [];
        try
        {
            for (int rank = 0; rank < request.WorldSize; rank++)
                ranks.Add(Start(new BenchRankRequest(folder, rank, request)));
            Task<string>[] said = [.. ranks.Select(rank => rank.StandardError.ReadToEndAsync(CancellationToken.None))];
            while (await ranks[0].StandardOutput.ReadLineAsync(stop) is { } line)
                report(JsonConvert.DeserializeObject<BenchmarkPoint>(line)!);
            await Task.WhenAll(ranks.Select(rank => rank.WaitForExitAsync(stop)));
            string[] errors = await Task.WhenAll(said);
            string[] failed =
            [
                .. Enumerable.Range(0, ranks.Count).Where(rank => ranks[rank].ExitCode != ExitCode.Done).Select(
                    rank => $"Rank {rank} has ended with exit code {ranks[rank].ExitCode}. {errors[rank].Trim()}".TrimEnd()),
            ];
            if (failed.Length > 0)
                throw new BenchRankException(string.Join(Environment.NewLine, failed));
        }
        finally
        {
            foreach (Process rank in ranks)
            {
                if (!rank.HasExited)
                    rank.Kill();
                rank.Dispose();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Start(BenchRankRequest rank)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        string[] arguments = isHost ? [Environment.GetCommandLineArgs()[0], BenchCommand.RankVerb] : [BenchCommand.RankVerb];
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        Process process = Process.Start(start)!;
        process.StandardInput.WriteLine(JsonConvert.SerializeObject(rank));
        process.StandardInput.Flush();
        return process;
    }

    /// <summary>The parent never writes again: when the reading ends, it is gone.</summary>
    private static void ExitWithParent(TextReader input) => new Thread(() =>
    {
        input.ReadLine();
        ProcessExit.Now(ExitCode.Stopped);
    })
    {
        IsBackground = true,
        Name = "parent",
    }.Start();
}

/// <summary>Processes of ranks have failed.</summary>
internal sealed class BenchRankException(string message) : Exception(message);
