namespace Orchestrator.Models.Pruning.Schedules;

/// <summary>
/// The threshold of gradual-threshold: Narang, Elsen, Diamos, Sengupta, "Exploring Sparsity in Recurrent Neural Networks",
/// ICLR 2017, arXiv 1704.05119, algorithm 1 and equation 1.
/// </summary>
/// <remarks>
/// With i the iteration counted from 0, f the interval and φ = ρθ:
/// <code>
/// ε = 0                                                i &lt; start
/// ε = θ · (i − start + 1) / f                  start ≤ i &lt; ramp
/// ε = (θ · (ramp − start + 1) + φ · (i − ramp + 1)) / f   ramp ≤ i &lt; end
/// θ = q · f / ((ramp − start) + ρ · (end − ramp)),        for ρ = 3/2:  θ = 2 · q · f / (2 · (ramp − start) + 3 · (end − ramp))
/// </code>
/// θ follows from ε(end) = q where each slope is counted over its own length. The ones in the formula count one iteration of
/// the first slope more than that, by which ε would end at q + θ/f: it is capped at q. The cap acts within the last 1/ρ steps
/// alone. After <c>step</c> steps the last iteration was i = step − 1.
/// </remarks>
internal static class ThresholdSchedule
{
    public static double At(PruningProgram program, double quantile, long step)
    {
        long iteration = step - 1;
        if (iteration < program.Start)
            return 0;

        double theta = Theta(program, quantile);
        double slopes = iteration < program.Ramp
            ? theta * (iteration - program.Start + 1)
            : (theta * (program.Ramp - program.Start + 1)) + (theta * program.RampRatio * (iteration - program.Ramp + 1));
        return Math.Min(slopes / program.Interval, quantile);
    }

    public static double Theta(PruningProgram program, double quantile) =>
        quantile * program.Interval
        / (program.Ramp - program.Start + (program.RampRatio * (program.End - program.Ramp)));
}
