using System.Runtime.ExceptionServices;

namespace Orchestrator.Models.Training.Overlap;

/// <summary>
/// Overlap: runs each job on a thread of its own as soon as it is allowed, while the caller goes on.
/// </summary>
/// <remarks>
/// The thread waits blocked, never spinning: it would take the processor from the backward pass that it waits for.
/// What a job throws ends the work of the thread, and is thrown to the caller at its next call, with type and stack kept.
/// <see cref="Dispose"/> lets a job that is under way end, runs no other and joins the thread. So it returns as soon as the
/// exchange does: after its deadline at the latest.
/// </remarks>
internal sealed class CommunicationThread : IExchangeLane
{
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _work = new(false);
    private readonly AutoResetEvent _progress = new(false);
    private readonly Action<int> _job;
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;
    private bool _ends;
    private int _allowed;
    private int _done;

    public CommunicationThread(string name, Action<int> job)
    {
        _job = job;
        _thread = new Thread(Work) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public void Begin()
    {
        lock (_gate)
        {
            _failure?.Throw();
            if (_done != _allowed)
                throw new InvalidOperationException("The last step's jobs are still under way.");
            _allowed = 0;
            _done = 0;
        }
    }

    public void Allow(int count)
    {
        lock (_gate)
        {
            _failure?.Throw();
            _allowed = count;
        }

        _ = _work.Set();
    }

    public void Await(int count)
    {
        while (!IsDone(count))
            _ = _progress.WaitOne();
    }

    public void Dispose()
    {
        lock (_gate)
            _ends = true;
        _ = _work.Set();
        _thread.Join();
        _work.Dispose();
        _progress.Dispose();
    }

    private bool IsDone(int count)
    {
        lock (_gate)
        {
            if (_done < count)
                _failure?.Throw();
            return _done >= count;
        }
    }

    private void Work()
    {
        while (Next() is { } job)
        {
            try
            {
                _job(job);
            }
            catch (Exception exception)
            {
                lock (_gate)
                    _failure = ExceptionDispatchInfo.Capture(exception);
                _ = _progress.Set();
                return;
            }

            lock (_gate)
                _done++;
            _ = _progress.Set();
        }
    }

    /// <summary>Waits for a job; null: there will be none.</summary>
    private int? Next()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_ends)
                    return null;
                if (_done < _allowed)
                    return _done;
            }

            _ = _work.WaitOne();
        }
    }
}
