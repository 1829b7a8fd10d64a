using System.Diagnostics;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Measurement;

/// <summary>A while that all ranks agree on, call by call: none goes on when another has stopped.</summary>
internal sealed class Warmth(Communicator communicator, TimeSpan length)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly double[] _isOver = new double[1];

    /// <summary>Whether the while is over for the rank that began last; all ranks ask as often.</summary>
    public bool IsReached()
    {
        _isOver[0] = Stopwatch.GetElapsedTime(_began) >= length ? 1 : 0;
        communicator.AllReduce(_isOver.AsSpan(), ReduceOp.Min);
        return _isOver[0] > 0;
    }
}
