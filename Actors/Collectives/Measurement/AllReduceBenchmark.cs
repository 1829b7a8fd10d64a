using System.Diagnostics;
using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Collectives.Measurement;

/// <summary>Measures AllReduce on a ring, in the manner of NCCL's tests. All ranks run it, with the same plan.</summary>
/// <remarks>
/// Each point is measured in two ways: call by call, each after a barrier, and back to back. The time of a call is that of the
/// slowest rank. Before that the result is checked, element by element.
/// </remarks>
public static class AllReduceBenchmark
{
    private const int CallsMin = 5;
    private const int CallsMax = 5000;

    /// <summary>Calls that are made before the first one counts: code is compiled anew after some thirty.</summary>
    private const int WarmUpCallsMax = 200;

    private static readonly TimeSpan CompilerWaits = TimeSpan.FromMilliseconds(300);

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs this rank's part.</summary>
    /// <param name="communicator">The ring; its algorithm is changed.</param>
    /// <param name="plan">What to measure.</param>
    /// <param name="report">Called on every rank, after each point.</param>
    /// <param name="cancellation">Ends it between two calls.</param>
    /// <exception cref="CollectiveException">A rank was lost.</exception>
    public static void Run(
        Communicator communicator, BenchmarkPlan plan, Action<BenchmarkPoint> report, CancellationToken cancellation)
    {
        if (plan.Bind)
            CoreBinding.Bind(communicator.Rank, communicator.WorldSize);
        switch (plan.Type)
        {
            case "float32":
                new Rank<float>(communicator, plan, report, static value => value, cancellation).Run();
                break;
            case "float64":
                new Rank<double>(communicator, plan, report, static value => value, cancellation).Run();
                break;
            case "int64":
                new Rank<long>(communicator, plan, report, static value => value, cancellation).Run();
                break;
            case "float16":
                new Rank<Half>(communicator, plan, report, static value => (Half)value, cancellation).Run();
                break;
            case "bfloat16":
                new Rank<BFloat16>(communicator, plan, report, static value => (BFloat16)value, cancellation).Run();
                break;
            default:
                throw new ArgumentException($"There is no element type `{plan.Type}`.", nameof(plan));
        }
    }

    private sealed class Rank<T>(
        Communicator communicator,
        BenchmarkPlan plan,
        Action<BenchmarkPoint> report,
        Func<int, T> number,
        CancellationToken cancellation)
        where T : unmanaged, IEquatable<T>
    {
        private readonly double[] _agreed = new double[1];

        public unsafe void Run()
        {
            long bytes = plan.Sizes.Max();
            void* memory = NativeMemory.AlignedAlloc((nuint)bytes, 4096);
            try
            {
                Span<T> small = new(memory, (int)(plan.Sizes.Min() / sizeof(T)));
                WarmUpAll([.. plan.Algorithms.Except([AllReduceAlgorithm.Auto])], small);
                if (communicator.WorldSize > 1)
                    communicator.MeasureLinks();
                WarmUpAll(plan.Algorithms, small);
                foreach (AllReduceAlgorithm algorithm in plan.Algorithms)
                {
                    communicator.Use(plan.Options with { Algorithm = algorithm });
                    foreach (long size in plan.Sizes)
                        report(Measure(algorithm, new Span<T>(memory, (int)(size / sizeof(T)))));
                }
            }
            finally
            {
                NativeMemory.AlignedFree(memory);
            }
        }

        /// <summary>
        /// A first time is slow whatever runs; after some thirty calls and a pause the compiler makes better code, in two
        /// passes. So that it is not the first algorithm alone that pays for it, all are called before any is measured; and all
        /// choices are made, which is work for the compiler, too.
        /// </summary>
        private void WarmUpAll(IReadOnlyList<AllReduceAlgorithm> algorithms, Span<T> values)
        {
            foreach (AllReduceAlgorithm algorithm in algorithms)
            {
                communicator.Use(plan.Options with { Algorithm = algorithm });
                foreach (long size in plan.Sizes)
                    communicator.Explain(size, ElementTypes.Of<T>());
            }

            var compiled = new Warmth(communicator, CompilerWaits);
            while (!compiled.IsReached())
            {
                foreach (AllReduceAlgorithm algorithm in algorithms)
                {
                    communicator.Use(plan.Options with { Algorithm = algorithm });
                    communicator.AllReduce(values, plan.Op);
                    communicator.Barrier();
                }
            }
        }

        private unsafe BenchmarkPoint Measure(AllReduceAlgorithm algorithm, Span<T> values)
        {
            long wrong = CountWrong(values);
            values.Clear();
            double estimate = Estimate(values);
            int calls = (int)Math.Clamp(plan.TimePerPoint.TotalSeconds / estimate, CallsMin, CallsMax);
            double[] single = Singles(values, calls);
            double backToBack = BackToBack(values, calls);
            (Schedule schedule, double? predicted) = communicator.Explain(values.Length * sizeof(T), ElementTypes.Of<T>());
            return new BenchmarkPoint
            {
                Algorithm = algorithm,
                Schedule = schedule.Name,
                WorldSize = communicator.WorldSize,
                Bytes = (long)values.Length * sizeof(T),
                Count = values.Length,
                Type = plan.Type,
                Op = plan.Op,
                Calls = calls,
                SingleSeconds = single[single.Length / 2],
                SingleSecondsMin = single[0],
                SingleSecondsMax = single[^1],
                BackToBackSeconds = backToBack,
                PredictedSeconds = predicted,
                Wrong = wrong,
            };
        }

        /// <summary>Small whole numbers, so that each type holds each sum exactly.</summary>
        private long CountWrong(Span<T> values)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = number(Contribution(communicator.Rank, i));
            communicator.AllReduce(values, plan.Op);
            Span<T> expected = stackalloc T[Period];
            for (int i = 0; i < Period; i++)
                expected[i] = number(Expected(i));
            double[] wrong = [0];
            for (int i = 0; i < values.Length; i++)
            {
                if (!values[i].Equals(expected[i % Period]))
                    wrong[0]++;
            }

            communicator.AllReduce(wrong.AsSpan());
            return (long)wrong[0];
        }

        /// <summary>Contributions repeat after so many elements.</summary>
        private const int Period = 4;

        private static int Contribution(int rank, int index) => (index + rank) % Period;

        private int Expected(int index)
        {
            IEnumerable<int> all = Enumerable.Range(0, communicator.WorldSize).Select(rank => Contribution(rank, index));
            return plan.Op switch
            {
                ReduceOp.Sum => all.Sum(),
                ReduceOp.Min => all.Min(),
                ReduceOp.Max => all.Max(),
                _ => throw new ArgumentException($"{plan.Op} is not measured.", nameof(index)),
            };
        }

        /// <summary>Seconds for a call, on the slowest rank, once all is warm.</summary>
        private double Estimate(Span<T> values)
        {
            bool goesOn = true;
            double seconds = 0;
            for (int calls = 1; goesOn; calls++)
            {
                cancellation.ThrowIfCancellationRequested();
                long began = Stopwatch.GetTimestamp();
                communicator.AllReduce(values, plan.Op);
                seconds = calls == 1 ? Seconds(began) : Math.Min(seconds, Seconds(began));

                // All must go on, or none.
                _agreed[0] = calls < WarmUpCallsMax && calls * seconds < WarmUp.TotalSeconds ? 1 : 0;
                communicator.AllReduce(_agreed.AsSpan(), ReduceOp.Min);
                goesOn = _agreed[0] > 0;
            }

            _agreed[0] = seconds;
            communicator.AllReduce(_agreed.AsSpan(), ReduceOp.Max);
            return _agreed[0];
        }

        private double[] Singles(Span<T> values, int calls)
        {
            double[] seconds = new double[calls];
            for (int call = 0; call < calls; call++)
            {
                cancellation.ThrowIfCancellationRequested();
                communicator.Barrier();
                long began = Stopwatch.GetTimestamp();
                communicator.AllReduce(values, plan.Op);
                seconds[call] = Seconds(began);
            }

            communicator.AllReduce(seconds.AsSpan(), ReduceOp.Max);
            Array.Sort(seconds);
            return seconds;
        }

        private double BackToBack(Span<T> values, int calls)
        {
            cancellation.ThrowIfCancellationRequested();
            communicator.Barrier();
            long began = Stopwatch.GetTimestamp();
            for (int call = 0; call < calls; call++)
                communicator.AllReduce(values, plan.Op);
            _agreed[0] = Seconds(began) / calls;
            communicator.AllReduce(_agreed.AsSpan(), ReduceOp.Max);
            return _agreed[0];
        }

        private static double Seconds(long began) => Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
