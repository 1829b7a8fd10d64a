namespace Orchestrator.Experiments.Planning;

/// <summary>Finds the argument whose number of nonzeros is nearest to a target, by bisection on a monotonic count.</summary>
internal static class NonzeroSolver
{
    /// <summary>The size from 1 on whose count, which rises, is nearest to the target, of two as near the smaller one; null if the target is out of reach.</summary>
    public static int? NearestSize(int most, Func<int, long> count, long target)
    {
        if (target < count(1) || target > count(most))
            return null;
        int below = 1;
        int above = most;
        while (above - below > 1)
        {
            int middle = below + ((above - below) / 2);
            if (count(middle) <= target)
                below = middle;
            else
                above = middle;
        }

        return target - count(below) <= count(above) - target ? below : above;
    }

    /// <summary>
    /// The sparsity from 0 on whose count, which falls in steps, is nearest to the target, of two as near the one with fewer
    /// nonzeros, written in as few digits as give that count; null if the target is out of reach.
    /// </summary>
    public static double? NearestSparsity(double most, Func<double, long> count, long target)
    {
        if (target > count(0) || target < count(most))
            return null;
        double above = 0;
        double below = most;
        for (double middle = most / 2; middle > above && middle < below; middle = above + ((below - above) / 2))
        {
            if (count(middle) >= target)
                above = middle;
            else
                below = middle;
        }

        double nearest = count(above) - target < target - count(below) ? above : below;
        long best = count(nearest);
        return Enumerable.Range(1, 15)
            .Select(digits => Math.Round(nearest, digits))
            .Where(candidate => candidate >= 0 && candidate <= most && count(candidate) == best)
            .DefaultIfEmpty(nearest)
            .First();
    }
}
