namespace Orchestrator.Models.Training.Overlap;

/// <summary>No overlap: runs the jobs on the caller's thread when it waits for them.</summary>
internal sealed class InlineLane(Action<int> job) : IExchangeLane
{
    private int _done;

    public void Begin() => _done = 0;

    public void Allow(int count)
    {
    }

    public void Await(int count)
    {
        for (; _done < count; _done++)
            job(_done);
    }

    public void Dispose()
    {
    }
}
