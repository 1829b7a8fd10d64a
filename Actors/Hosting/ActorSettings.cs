using System.Collections.Immutable;
using Akka.Configuration;
using Orchestrator.Experiments.Sweeps;

namespace Orchestrator.Actors.Hosting;

/// <summary>What our own section of the configuration says, checked: HOCON itself takes a misspelt key without a word.</summary>
internal sealed record ActorSettings
{
    private const string Section = "orchestrator";

    public required int OutstandingBatches { get; init; }

    public required TimeSpan ResendInterval { get; init; }

    public required TimeSpan StepInterval { get; init; }

    public required TimeSpan PublishInterval { get; init; }

    /// <exception cref="BadInputException">A value is missing or out of its range; all of them are named.</exception>
    public static ActorSettings Read(Config config)
    {
        var errors = ImmutableArray.CreateBuilder<InputError>();
        var settings = new ActorSettings
        {
            OutstandingBatches = Count("worker.outstanding-batches", 1, 10_000),
            ResendInterval = Time("worker.resend-interval", TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
            StepInterval = Time("worker.step-interval", TimeSpan.Zero, TimeSpan.FromHours(1)),
            PublishInterval = Time("metrics.publish-interval", TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
        };
        return errors.Count == 0 ? settings : throw new BadInputException(errors.ToImmutable());

        int Count(string key, int min, int max) => Check(key, path => config.GetInt(path), min, max);

        TimeSpan Time(string key, TimeSpan min, TimeSpan max) =>
            Check(key, path => config.GetTimeSpan(path, allowInfinite: false), min, max);

        T Check<T>(string key, Func<string, T> read, T min, T max)
            where T : struct, IComparable<T>
        {
            string path = $"{Section}.{key}";
            string found = config.GetString(path, "nothing");
            try
            {
                T value = config.HasPath(path) ? read(path) : throw new FormatException();
                if (value.CompareTo(min) >= 0 && value.CompareTo(max) <= 0)
                    return value;
            }
            catch (Exception exception) when (exception is FormatException or OverflowException or ConfigurationException)
            {
                // Said below, together with what is allowed.
            }

            errors.Add(new InputError("hocon", 0, 0, path, $"`{path}` is `{found}`; allowed is {min} to {max}."));
            return default;
        }
    }
}
