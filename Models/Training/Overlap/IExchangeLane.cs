namespace Orchestrator.Models.Training.Overlap;

/// <summary>Runs the jobs of a step, numbered from 0, in their order, each once: the operations of the exchange.</summary>
internal interface IExchangeLane : IDisposable
{
    /// <summary>Begins a step. The jobs of the last one are done.</summary>
    void Begin();

    /// <summary>The first <paramref name="count"/> jobs may run; never fewer than before in this step.</summary>
    /// <exception cref="Exception">What a job failed with, of its own type.</exception>
    void Allow(int count);

    /// <summary>Returns when the first <paramref name="count"/> jobs, which are allowed, have run; what they wrote can be read.</summary>
    /// <exception cref="Exception">What a job failed with, of its own type.</exception>
    void Await(int count);
}
