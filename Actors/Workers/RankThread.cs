namespace Orchestrator.Actors.Workers;

/// <summary>
/// The thread of one slot, on which its ranks are trained one after the other: never on a pool thread, where a training would
/// hold up the actors. It ends after <see cref="Dispose"/> and the work under way.
/// </summary>
internal sealed class RankThread : IDisposable
{
    private readonly object _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action? _next;
    private bool _isClosed;

    public RankThread(string name) => new Thread(Loop) { IsBackground = true, Name = name }.Start();

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Work for the thread, which is free or just about to be.</summary>
    /// <param name="work">Must not throw.</param>
    public void Start(Action work)
    {
        lock (_gate)
        {
            if (_isClosed || _next is not null)
                throw new InvalidOperationException("The thread is not free.");
            _next = work;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Loop()
    {
        while (Take() is { } work)
            work();
        _ended.SetResult();
    }

    /// <returns>Null: there will be no more.</returns>
    private Action? Take()
    {
        lock (_gate)
        {
            while (_next is null && !_isClosed)
                Monitor.Wait(_gate);
            (Action? work, _next) = (_next, null);
            return work;
        }
    }
}
