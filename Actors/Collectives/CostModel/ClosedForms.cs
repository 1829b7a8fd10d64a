using System.Collections.Immutable;
using System.Numerics;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// What each algorithm costs over <see cref="Links"/>, as a formula: for reading, for worlds too large to simulate, and to hold
/// the simulation against.
/// </summary>
internal static class ClosedForms
{
    public static ImmutableArray<ClosedForm> All { get; } =
    [
        new(CollectiveKind.AllReduce, Algorithm.Ring, "2(p−1)α + 2(p−1)/p·nβ + (p−1)/p·nγ", Ring)
        {
            IsExact = spec => spec.Channels == 1 || spec.WorldSize == 2,
            Low = 0.8,
            High = 1.15,
        },
        new(CollectiveKind.AllReduce, Algorithm.Tree, "2⌈lg p⌉(α + nβ) + ⌈lg p⌉·nγ", Tree)
        {
            IsExact = spec => BitOperations.IsPow2(spec.WorldSize),
            Low = 0.45,
        },
        new(
            CollectiveKind.AllReduce,
            Algorithm.DoubleTree,
            "≈ (2(S−1) + 4h)α + (5(S−1) + 6h)/(2S)·nβ + (S−1 + 2h)/(2S)·nγ, h = ⌈lg p⌉",
            DoubleTree)
        {
            IsExact = spec => spec.WorldSize == 1,
            Low = 0.33,
            High = 1.25,
        },
        new(
            CollectiveKind.AllReduce,
            Algorithm.RecursiveDoubling,
            "lg p′·(α + nβ + nγ), and 2(α + nβ) + nγ if p ≠ p′",
            Doubling),
        new(
            CollectiveKind.AllReduce,
            Algorithm.HalvingDoubling,
            "2 lg p′·α + 2(p′−1)/p′·nβ + (p′−1)/p′·nγ, and 2(α + nβ) + nγ if p ≠ p′",
            Halving)
        {
            IsExact = spec => BitOperations.IsPow2(spec.WorldSize),
            High = 1.3,
        },
        new(
            CollectiveKind.AllReduce,
            Algorithm.Direct,
            "2α + 2(p−1)/p·nβ + (p−1)/p·nγ",
            s => s.Spread(s.Part) + s.Scatter(s.Part)),
        new(
            CollectiveKind.AllReduce,
            Algorithm.Chain,
            "≈ 2(p−1)(α + n/S·β) + (S−1)·max(α + n/S·β, 2n/S·β) + (p+S−2)/S·nγ",
            Chain)
        {
            IsExact = spec => spec.Segments == 1,
            Low = 0.6,
            High = 1.4,
        },
        new(
            CollectiveKind.AllReduce,
            Algorithm.Hierarchical,
            "2α + 2(s−1)/s·nβ + (s−1)/s·nγ, and halving and doubling of n/s between M nodes",
            Hierarchical)
        {
            IsExact = spec => spec.WorldSize % spec.NodeSize == 0 && BitOperations.IsPow2(spec.WorldSize / spec.NodeSize),
            Low = 0.5,
            High = 1.8,
        },
        new(CollectiveKind.ReduceScatter, Algorithm.Ring, "(p−1)α + (p−1)/p·n(β + γ)", s => s.Others * s.Hop(s.Part, adds: true)),
        new(CollectiveKind.ReduceScatter, Algorithm.Direct, "α + (p−1)/p·n(β + γ)", s => s.Scatter(s.Part)),
        new(CollectiveKind.AllGather, Algorithm.Ring, "(p−1)α + (p−1)/p·nβ", s => s.Others * s.Hop(s.Part, adds: false)),
        new(CollectiveKind.AllGather, Algorithm.Direct, "α + (p−1)/p·nβ", s => s.Spread(s.Part)),
        new(CollectiveKind.Broadcast, Algorithm.Tree, "⌈lg p⌉(α + nβ)", s => s.Levels * s.Hop(s.Bytes, adds: false))
        {
            IsExact = spec => BitOperations.IsPow2(spec.WorldSize),
            Low = 0.45,
        },
        new(CollectiveKind.Broadcast, Algorithm.Chain, "(p−1)(α + n/S·β) + (S−1)/S·nβ", s =>
            (s.Others * s.Hop(s.Segment, adds: false)) + (s.Others > 0 ? (s.Spec.Segments - 1) * s.Moving(s.Segment) : 0)),
        new(CollectiveKind.Barrier, Algorithm.RecursiveDoubling, "⌈lg p⌉α", s => s.Levels * s.Hop(0, adds: false)),
    ];

    private static readonly ImmutableDictionary<(CollectiveKind, Algorithm), ClosedForm> ByName =
        All.ToImmutableDictionary(form => (form.Kind, form.Algorithm));

    public static ClosedForm For(ScheduleSpec spec) => ByName[(spec.Goal.Kind, spec.Normalized().Algorithm)];

    /// <summary>The time of a collective by its formula, in the unit of the costs.</summary>
    public static double Time(ScheduleSpec spec, double bytes, Links links) =>
        For(spec).Time(new Situation(spec.Normalized(), bytes, links));

    /// <summary>
    /// Channels of one direction take turns: each waits for the one before it, while the bytes of all go through the rank's one
    /// port.
    /// </summary>
    private static double Ring(Situation s)
    {
        int channels = s.Spec.Channels;
        int turns = s.Spec.WorldSize == 2 ? channels : (channels + 1) / 2;
        double chunk = s.Part / channels;
        double port = channels * s.Moving(chunk);
        return s.Others
            * (Math.Max(port, turns * s.Hop(chunk, adds: true)) + Math.Max(port, turns * s.Hop(chunk, adds: false)));
    }

    private static double Tree(Situation s) => s.Levels * (s.Hop(s.Bytes, adds: true) + s.Hop(s.Bytes, adds: false));

    /// <summary>
    /// In the pipeline's steady state a segment takes two rounds and, as it goes up while others go down, the port for
    /// some five of its messages; before and after that each level costs four rounds.
    /// </summary>
    private static double DoubleTree(Situation s)
    {
        if (s.Others == 0)
            return 0;
        double segment = s.Segment / 2;
        int height = s.Levels;
        int more = s.Spec.Segments - 1;
        return (((2 * more) + (4 * height)) * s.Far.Alpha)
            + (((5 * more) + (6 * height)) * s.Moving(segment))
            + ((more + (2 * height)) * s.Adding(segment));
    }

    private static double Doubling(Situation s)
    {
        double time = s.Folding(s.Bytes);
        for (int distance = 1; distance < s.Positions; distance *= 2)
            time += s.Link(distance).Alpha + s.Link(distance).Moving.At(s.Bytes) + s.Adding(s.Bytes);
        return time;
    }

    private static double Halving(Situation s)
    {
        double time = s.Folding(s.Bytes);
        double half = s.Bytes / 2;
        for (int distance = 1; distance < s.Positions; distance *= 2, half /= 2)
            time += (2 * (s.Link(distance).Alpha + s.Link(distance).Moving.At(half))) + s.Adding(half);
        return time;
    }

    private static double Chain(Situation s)
    {
        if (s.Others == 0)
            return 0;
        double hop = s.Hop(s.Segment, adds: true);
        double both = s.Others == 1 ? hop : Math.Max(hop, (2 * s.Moving(s.Segment)) + s.Adding(s.Segment));
        return (s.Others * (hop + s.Hop(s.Segment, adds: false))) + ((s.Spec.Segments - 1) * both);
    }

    private static double Hierarchical(Situation s)
    {
        // A smaller last node's ranks have several parts each, and all other nodes wait for them.
        int size = s.Spec.NodeSize;
        int nodes = (s.Spec.WorldSize + size - 1) / size;
        int lastSize = s.Spec.WorldSize - ((nodes - 1) * size);
        double part = s.Bytes / size * ((size + lastSize - 1) / lastSize);
        Situation inside = new(ScheduleSpec.AllReduce(Algorithm.Direct, size), s.Bytes, Links.AllAlike(s.Links.Inside));
        Algorithm algorithm = Schedules.Hierarchical.UsesRing(nodes) ? Algorithm.Ring : Algorithm.HalvingDoubling;
        Situation between = new(ScheduleSpec.AllReduce(algorithm, nodes), part, Links.AllAlike(s.Links.Between));
        return inside.Scatter(inside.Part) + inside.Spread(inside.Part)
            + (algorithm == Algorithm.Ring ? Ring(between) : Halving(between));
    }
}

/// <param name="Kind">The collective.</param>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Formula">
/// For reading: α per message, β per byte on its way, γ per byte added; n bytes, p ranks, p′ the power of two below, S segments,
/// s ranks on each of M nodes.
/// </param>
/// <param name="Time">The formula.</param>
internal sealed record ClosedForm(CollectiveKind Kind, Algorithm Algorithm, string Formula, Func<Situation, double> Time)
{
    /// <summary>Where the simulation gives the same where all chunks are equally long and all links alike.</summary>
    public Func<ScheduleSpec, bool> IsExact { get; init; } = _ => true;

    /// <summary>Elsewhere the simulation gives between Low and High times as much.</summary>
    public double Low { get; init; } = 1;

    public double High { get; init; } = 1;
}

/// <summary>What a formula speaks of.</summary>
internal sealed record Situation(ScheduleSpec Spec, double Bytes, Links Links)
{
    /// <summary>p − 1.</summary>
    public int Others => Spec.WorldSize - 1;

    /// <summary>⌈lg p⌉.</summary>
    public int Levels => BitOperations.Log2((uint)((2 * (long)Spec.WorldSize) - 1));

    /// <summary>p′.</summary>
    public int Positions => new FoldIn(Spec.WorldSize).Positions;

    public double Part => Bytes / Spec.WorldSize;

    public double Segment => Bytes / Spec.Segments;

    /// <summary>The link that the slowest of many messages goes over.</summary>
    public LinkCosts Far => Links.NodeSize >= Spec.WorldSize ? Links.Inside : Links.Between;

    public double Moving(double bytes) => Far.Moving.At(bytes);

    public double Adding(double bytes) => Links.Inside.Adding.At(bytes);

    public double Hop(double bytes, bool adds) => Far.Alpha + Moving(bytes) + (adds ? Adding(bytes) : 0);

    /// <summary>The slowest link between ranks whose numbers, less what folds in, differ in one bit.</summary>
    public LinkCosts Link(int distance) =>
        Positions == Spec.WorldSize && BitOperations.IsPow2(Links.NodeSize) && distance < Links.NodeSize ? Links.Inside : Far;

    /// <summary>What a world other than a power of two pays before and after.</summary>
    public double Folding(double bytes) =>
        Positions == Spec.WorldSize ? 0 : Hop(bytes, adds: true) + Hop(bytes, adds: false);

    /// <summary>Each sends a part to each.</summary>
    public double Spread(double part)
    {
        if (Others == 0)
            return 0;
        int near = Links.NodeSize > 1 ? Math.Min(Links.NodeSize, Spec.WorldSize) - 1 : 0;
        return Far.Alpha + (near * Links.Inside.Moving.At(part)) + ((Others - near) * Moving(part));
    }

    /// <summary>Each sends a part to each, and adds up what it gets.</summary>
    public double Scatter(double part) => Spread(part) + (Others * Adding(part));
}
