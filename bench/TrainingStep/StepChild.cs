using System.Diagnostics;
using System.Globalization;
using Orchestrator.Models.Native;
using TorchSharp;

namespace Orchestrator.Bench.TrainingStep;

/// <summary>One side in its own process: reads <c>steps N</c>, answers with the mean seconds per step.</summary>
internal static class StepChild
{
    public static int Run(Options options)
    {
        TorchRuntime.UseOneThread();
        int hidden = options.Number("hidden", 256);
        using IStepModel model = options.Text("model", "dense") switch
        {
            "stock" => new StockModel(hidden),
            "pruned" => new OwnModel(hidden, pruned: true),
            _ => new OwnModel(hidden, pruned: false),
        };
        Console.WriteLine($"ready libtorch {TorchRuntime.Description.LibtorchVersion}, MKL dispatch {TorchRuntime.Description.MklDispatch}");
        while (Console.ReadLine() is { } line)
        {
            int steps = int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            long start = Stopwatch.GetTimestamp();
            for (int step = 0; step < steps; step++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                model.Step();
            }

            Console.WriteLine((Stopwatch.GetElapsedTime(start).TotalSeconds / steps).ToString("F9"));
        }

        return 0;
    }
}

/// <summary>A model and its optimizer, ready to step.</summary>
internal interface IStepModel : IDisposable
{
    void Step();
}
