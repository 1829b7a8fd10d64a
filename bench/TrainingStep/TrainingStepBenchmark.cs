using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Bench.TrainingStep;

/// <summary>
/// One training step of a GRU language model (sequence 64, batch 32, vocabulary 96, Adam, float32, one thread), each side
/// in a process of its own, all alive at once and taking turns: what the machine does meanwhile hits all of them.
/// </summary>
internal static class TrainingStepBenchmark
{
    public static int Run(Options options)
    {
        int hidden = options.Number("hidden", 256);
        int rounds = options.Number("rounds", 9);
        int steps = options.Number("steps", 25);
        string python = options.Text("python", "python3");
        Side[] sides = [.. Sides(hidden, python).Where(side => side.Start())];
        try
        {
            foreach (Side side in sides)
                side.Measure(steps); // warms up: compiles, allocates
            for (int round = 0; round < rounds; round++)
            {
                foreach (Side side in sides)
                    side.Measure(steps);
            }

            Print(sides, hidden, rounds, steps);
            return 0;
        }
        finally
        {
            foreach (Side side in sides)
                side.Dispose();
        }
    }

    private static IEnumerable<Side> Sides(int hidden, string python)
    {
        string size = hidden.ToString(CultureInfo.InvariantCulture);
        yield return Own("orchestrator", size, "dense", "on");
        yield return Own("orchestrator, pruned to 90 %", size, "pruned", "on");
        yield return Own("orchestrator, dispatch off", size, "dense", "off");
        yield return Own("TorchSharp, dispatch mended", size, "stock", "on");
        yield return Own("TorchSharp, stock", size, "stock", "off");
        yield return new Side("Python's PyTorch", python, [Path.Combine(AppContext.BaseDirectory, "peers", "gru_step.py"), size], "on");
    }

    private static Side Own(string name, string hidden, string model, string dispatch) => new(
        name,
        Environment.ProcessPath!,
        [.. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [Environment.GetCommandLineArgs()[0]] : Array.Empty<string>(),
            "training-step-child", "--hidden", hidden, "--model", model],
        dispatch);

    private static void Print(Side[] sides, int hidden, int rounds, int steps)
    {
        Console.WriteLine(
            $"GRU {hidden}, sequence 64, batch 32, vocabulary 96, Adam, float32, one thread; {rounds} rounds of {steps} steps, sides in turn.");
        Console.WriteLine($"{"",-32}{"ms per step, median (min–max)",-34}time relative to orchestrator, round by round");
        double[] ours = sides[0].Seconds[1..];
        foreach (Side side in sides)
        {
            double[] seconds = side.Seconds[1..];
            var ratio = new Measurements(seconds.Zip(ours, (other, own) => other / own));
            Console.WriteLine($"{side.Name,-32}{new Measurements(seconds).Show("0.0", 1000),-34}{ratio.Show("0.00")}");
        }
    }

    private sealed class Side(string name, string program, string[] arguments, string dispatch) : IDisposable
    {
        private readonly List<double> _seconds = [];
        private Process? _process;

        public string Name => name;

        public double[] Seconds => [.. _seconds];

        /// <summary>False, and a line that says so, where this side cannot run here.</summary>
        public bool Start()
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                Environment = { ["ORCHESTRATOR_MKL_DISPATCH"] = dispatch, ["OMP_NUM_THREADS"] = "1" },
            };
            // A cap on old OpenBLAS's kernels, where the environment sets one, would handicap the peer.
            _ = start.Environment.Remove("OPENBLAS_CORETYPE");
            try
            {
                _process = Process.Start(start);
            }
            catch (System.ComponentModel.Win32Exception exception)
            {
                Console.WriteLine($"{name}: cannot be started here: {exception.Message}");
                return false;
            }

            string? ready = _process!.StandardOutput.ReadLine();
            if (ready is not null && ready.StartsWith("ready", StringComparison.Ordinal))
            {
                Console.WriteLine($"{name}: {ready}");
                return true;
            }

            Console.WriteLine($"{name}: does not run here.");
            Dispose();
            return false;
        }

        public void Measure(int steps)
        {
            _process!.StandardInput.WriteLine($"steps {steps}");
            _process.StandardInput.Flush();
            string line = _process.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException($"`{name}` ended before its time.");
            _seconds.Add(double.Parse(line, CultureInfo.InvariantCulture));
        }

        public void Dispose()
        {
            if (_process is null)
                return;
            if (!_process.HasExited)
                _process.Kill();
            _process.Dispose();
            _process = null;
        }
    }
}
