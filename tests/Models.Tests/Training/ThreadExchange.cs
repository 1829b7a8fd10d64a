using System.Numerics;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

/// <summary>The ranks of one test: adds up behind a barrier, and refuses to be used by two threads of a rank at once.</summary>
/// <param name="isRing">
/// Adds as a ring does: the values fall into one chunk per rank, and each chunk's sum begins with another rank. Otherwise
/// every sum begins with rank 0.
/// </param>
internal sealed class ThreadExchange(int worldSize = 1, bool isRing = false) : IDisposable
{
    private readonly Barrier _barrier = new(worldSize);
    private readonly CancellationTokenSource _abort = new();
    private readonly Array[] _parts = new Array[worldSize];
    private readonly List<(int Bytes, Type Type)> _calls = [];

    /// <summary>Called by a rank before its n-th operation, counted from 0; may throw.</summary>
    public Action<int, int>? Before { get; init; }

    /// <summary>The operations of rank 0.</summary>
    public IReadOnlyList<(int Bytes, Type Type)> Calls => _calls;

    /// <summary>Threads that rank 0 called from.</summary>
    public HashSet<int> Threads { get; } = [];

    public IGradientExchange Of(int rank) => new Rank_(this, rank, worldSize);

    /// <summary>Ends every operation, under way or to come, with a <see cref="PeerLostException"/>.</summary>
    public void Abort() => _abort.Cancel();

    public void Dispose()
    {
        _barrier.Dispose();
        _abort.Dispose();
    }

    private void Add<T>(int rank, Span<T> values)
        where T : struct, IAdditionOperators<T, T, T>
    {
        _parts[rank] = values.ToArray();
        Meet();
        int chunk = ((values.Length - 1) / worldSize) + 1;
        for (int index = 0; index < values.Length; index++)
        {
            int first = isRing ? index / chunk : 0;
            T sum = ((T[])_parts[first])[index];
            for (int next = 1; next < worldSize; next++)
            {
                sum += ((T[])_parts[(first + next) % worldSize])[index];
            }

            values[index] = sum;
        }

        Meet();
    }

    private void Meet()
    {
        try
        {
            _barrier.SignalAndWait(_abort.Token);
        }
        catch (OperationCanceledException)
        {
            throw new PeerLostException();
        }
    }

    private sealed class Rank_(ThreadExchange all, int rank, int worldSize) : IGradientExchange
    {
        private int _inside;
        private int _calls;

        public int Rank => rank;

        public int WorldSize => worldSize;

        public void AllReduce(Span<float> values) => Sum(values, sizeof(float));

        public void AllReduce(Span<double> values) => Sum(values, sizeof(double));

        private void Sum<T>(Span<T> values, int size)
            where T : struct, IAdditionOperators<T, T, T>
        {
            Assert.That(Interlocked.Exchange(ref _inside, 1), Is.Zero, "used by one thread at a time");
            all.Before?.Invoke(rank, _calls++);
            if (rank == 0)
            {
                all._calls.Add((values.Length * size, typeof(T)));
                all.Threads.Add(Environment.CurrentManagedThreadId);
            }

            all.Add(rank, values);
            Interlocked.Exchange(ref _inside, 0);
        }
    }
}

/// <summary>Another rank gave up.</summary>
internal sealed class PeerLostException : Exception;
