using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

/// <summary>Resident memory after warm-up: native tensors are invisible to the garbage collector, so a leak shows only here.</summary>
[NonParallelizable]
internal sealed class MemoryTests
{
    private static readonly TrialConfiguration Tiny = new()
    {
        Data = new SyntheticDigitsOptions
        {
            TrainCount = 20,
            ValidationCount = 2,
            TestCount = 2,
            DigitsMin = 1,
            DigitsMax = 1,
            FramesPerDigit = 6,
            Bands = 8,
            BatchSize = 2,
        },
        Network = new NetworkOptions { HiddenSize = 4, Dropout = 0.1 },
    };

    [Test]
    public void Ten_thousand_steps_do_not_grow_the_process()
    {
        long afterWarmUp = 0;
        long after = 0;
        var observer = new Recorder
        {
            AfterStep = step =>
            {
                if (step == 3_000)
                {
                    afterWarmUp = Resident();
                }
                else if (step == 13_000)
                {
                    after = Resident();
                }
            },
        };
        TrialConfiguration configuration = Tiny with
        {
            Training = new TrainingOptions { Epochs = 1_300, EvaluateEveryEpochs = 50, CheckpointEverySteps = 1_000 },
        };

        _ = Trials.Completed(Trials.OnThread(Trials.Run(configuration, Trials.Folder()) with { Observer = observer }));

        Assert.That(after, Is.LessThan(1.05 * afterWarmUp));
    }

    [Test]
    public void Two_hundred_trials_do_not_grow_the_process()
    {
        TrialConfiguration configuration = Tiny with { Training = new TrainingOptions { Epochs = 1, MaxSteps = 3 } };
        string folder = Trials.Folder();
        for (int trial = 0; trial < 150; trial++)
        {
            Train(trial);
        }

        long afterWarmUp = Resident();
        for (int trial = 150; trial < 350; trial++)
        {
            Train(trial);
        }

        Assert.That(Resident(), Is.LessThan(1.05 * afterWarmUp));

        void Train(int trial) => _ = Trials.Completed(
            Trials.OnThread(Trials.Run(configuration, Path.Combine(folder, $"{trial}")) with { TrialId = $"{trial}" }));
    }

    private static long Resident()
    {
        // Aggressive collections give the managed heap's slack back, which would hide, or look like, what native code keeps.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TestContext.Out.WriteLine($"{Environment.WorkingSet / 1e6:0.0} MB resident");
        return Environment.WorkingSet;
    }
}
