using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;

namespace Orchestrator.Experiments.Planning;

/// <summary>
/// What a trial costs, from first principles: the products of a forward and a backward pass, and the calls that a time step
/// needs however small its matrices are. Pruning changes nothing: masked weights are multiplied like others.
/// </summary>
/// <param name="FlopsPerSecond">What one slot does of large products.</param>
/// <param name="SecondsPerCall">Time of one time step of one layer and direction, forward and backward, without its products.</param>
public sealed record CostModel(double FlopsPerSecond, double SecondsPerCall)
{
    /// <summary>One core with AVX-512 and small overhead: what there is to hope for.</summary>
    public static CostModel Fast { get; } = new(60e9, 40e-6);

    /// <summary>One core of some age: what there is to fear.</summary>
    public static CostModel Slow { get; } = new(8e9, 250e-6);

    /// <summary>Floating-point operations of one training step: a multiplication and an addition per weight and time step, forward once and backward twice.</summary>
    public static double FlopsPerStep(Cell cell)
    {
        var parameters = NetworkParameters.Of(cell.Configuration.Network, cell.Shape);
        double frames = SampleLength.Of(cell.Configuration.Data);
        double macs = parameters.Where(parameter => parameter.IsMatrix).Sum(parameter => parameter.Count * TimesApplied(parameter, cell.Shape, frames));
        return 3 * 2 * macs * cell.Configuration.Data.BatchSize;
    }

    /// <summary>Seconds that one trial of the cell takes on one slot per rank, evaluations left out.</summary>
    public double SecondsPerTrial(Cell cell)
    {
        NetworkOptions network = cell.Configuration.Network;
        double calls = SampleLength.Of(cell.Configuration.Data) * network.Layers * (network.Bidirectional ? 2 : 1);
        double products = FlopsPerStep(cell) / cell.Configuration.Training.WorldSize / FlopsPerSecond;
        return cell.Length.Steps * (products + (calls * SecondsPerCall));
    }

    private static double TimesApplied(ParameterInfo parameter, DataShape shape, double frames) =>
        parameter.Role == ParameterRole.Output && shape.Task == TaskKind.Classification ? 1 : frames;
}
