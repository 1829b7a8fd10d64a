namespace Orchestrator.Models.Pruning.Schedules;

/// <summary>
/// The sparsity of gradual-cubic and random, s = s_f + (s_i − s_f) · (1 − (t − t₀) / (n·Δt))³: Zhu and Gupta, "To prune, or
/// not to prune", arXiv 1710.01878, equation 1. n·Δt is the way from start to end; both ends are exact. Where start and end
/// coincide (one-shot) it is s_f at once.
/// </summary>
internal static class CubicSchedule
{
    public static double At(PruningProgram program, double finalSparsity, long step)
    {
        if (step >= program.End)
            return finalSparsity;

        double initial = Math.Min(program.InitialSparsity, finalSparsity);
        double left = 1 - ((step - program.Start) / (double)(program.End - program.Start));
        return finalSparsity + ((initial - finalSparsity) * left * left * left);
    }
}
