using System.Collections.Concurrent;

namespace Orchestrator.Actors.Workers;

/// <summary>
/// The thread of one slot, on which its ranks are trained one after the other: never on a pool thread, where a training would
/// hold up the actors. It ends after <see cref="Dispose"/> and the work under way.
/// </summary>
internal sealed class RankThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = new(boundedCapacity: 1);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RankThread(string name) => new Thread(Loop) { IsBackground = true, Name = name }.Start();

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    /// <param name="work">Must not throw. The thread must be free, or just about to be.</param>
    public void Start(Action work) => _work.Add(work);

    public void Dispose() => _work.CompleteAdding();

    private void Loop()
    {
        foreach (Action work in _work.GetConsumingEnumerable())
            work();
        _work.Dispose();
        _ended.SetResult();
    }
}
