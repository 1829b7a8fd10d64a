using System.Runtime.ExceptionServices;

namespace Orchestrator.Actors.Tests.Collectives;

/// <summary>Runs a body on a thread per rank and collects what each came to.</summary>
internal static class Gang
{
    /// <summary>Far beyond each deadline under test: only a wait without end reaches it.</summary>
    private static readonly TimeSpan HangsAfter = TimeSpan.FromSeconds(60);

    /// <summary>The value of each rank; the first error of a rank is thrown.</summary>
    public static T[] Run<T>(int worldSize, Func<int, T> body)
    {
        var values = new T[worldSize];
        Exception?[] errors = Errors(worldSize, rank => values[rank] = body(rank));
        if (errors.FirstOrDefault(error => error is not null) is { } first)
            ExceptionDispatchInfo.Throw(first);
        return values;
    }

    /// <summary>What each rank threw; null where it did not.</summary>
    public static Exception?[] Errors(int worldSize, Action<int> body)
    {
        var errors = new Exception?[worldSize];
        Thread[] threads = [.. Enumerable.Range(0, worldSize).Select(rank => new Thread(() => errors[rank] = Error(rank)))];
        foreach (Thread thread in threads)
        {
            thread.IsBackground = true;
            thread.Start();
        }

        foreach (Thread thread in threads)
            Assert.That(thread.Join(HangsAfter), Is.True, "A rank hangs.");
        return errors;

        Exception? Error(int rank)
        {
            try
            {
                body(rank);
                return null;
            }
            catch (Exception error)
            {
                return error;
            }
        }
    }
}
