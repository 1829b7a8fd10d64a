namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>Which schedule: as long as nothing else is said, one channel, one segment, and all ranks on one node.</summary>
/// <param name="Goal">What it is to do.</param>
/// <param name="Algorithm">How; a barrier has one way only, whatever stands here.</param>
/// <param name="WorldSize">Ranks, ≥ 1.</param>
/// <param name="Channels">Rings side by side, ≥ 1.</param>
/// <param name="Segments">Pieces that follow each other through a pipeline, ≥ 1.</param>
/// <param name="NodeSize">Ranks on a node, ≥ 1: rank r is on node r / NodeSize, and the last node may have fewer.</param>
internal readonly record struct ScheduleSpec(
    CollectiveGoal Goal, Algorithm Algorithm, int WorldSize, int Channels, int Segments, int NodeSize)
{
    public static ScheduleSpec AllReduce(
        Algorithm algorithm, int worldSize, int channels = 1, int segments = 1, int nodeSize = 1) =>
        new(CollectiveGoal.AllReduce, algorithm, worldSize, channels, segments, nodeSize);

    /// <summary>The same schedule under the one name that all its names have in common: what does not concern it is 1.</summary>
    public ScheduleSpec Normalized() => this with
    {
        Algorithm = Goal.Kind == CollectiveKind.Barrier ? Algorithm.RecursiveDoubling : Algorithm,
        Channels = HasChannels && WorldSize > 1 ? Channels : 1,
        Segments = HasSegments && WorldSize > 1 ? Segments : 1,
        NodeSize = Algorithm == Algorithm.Hierarchical ? Math.Min(NodeSize, WorldSize) : 1,
    };

    private bool HasChannels => Algorithm == Algorithm.Ring && Goal.Kind == CollectiveKind.AllReduce;

    private bool HasSegments => Algorithm is Algorithm.DoubleTree or Algorithm.Chain;

    /// <summary>Builds the schedule, which nobody has proven yet; see <see cref="VerifiedSchedules"/>.</summary>
    public Schedule Build()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(WorldSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Segments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(NodeSize, 1);
        return (Goal.Kind, Algorithm) switch
        {
            (CollectiveKind.AllReduce, Algorithm.Ring) => RingAllReduce.Build(WorldSize, Channels),
            (CollectiveKind.AllReduce, Algorithm.Tree) => BinomialTree.AllReduce(WorldSize),
            (CollectiveKind.AllReduce, Algorithm.DoubleTree) => DoubleTree.Build(WorldSize, Segments),
            (CollectiveKind.AllReduce, Algorithm.RecursiveDoubling) => RecursiveDoubling.Build(WorldSize),
            (CollectiveKind.AllReduce, Algorithm.HalvingDoubling) => HalvingDoubling.Build(WorldSize),
            (CollectiveKind.AllReduce, Algorithm.Direct) => DirectAllReduce.Build(WorldSize),
            (CollectiveKind.AllReduce, Algorithm.Chain) => Chain.AllReduce(WorldSize, Segments),
            (CollectiveKind.AllReduce, Algorithm.Hierarchical) => Hierarchical.Build(WorldSize, NodeSize),
            (CollectiveKind.ReduceScatter, Algorithm.Ring) => RingReduceScatter.Build(WorldSize),
            (CollectiveKind.ReduceScatter, Algorithm.Direct) => DirectReduceScatter.Build(WorldSize),
            (CollectiveKind.AllGather, Algorithm.Ring) => RingAllGather.Build(WorldSize),
            (CollectiveKind.AllGather, Algorithm.Direct) => DirectAllGather.Build(WorldSize),
            (CollectiveKind.Broadcast, Algorithm.Tree) => BinomialTree.Broadcast(WorldSize, Goal.Root),
            (CollectiveKind.Broadcast, Algorithm.Chain) => Chain.Broadcast(WorldSize, Goal.Root, Segments),
            (CollectiveKind.Barrier, _) => DisseminationBarrier.Build(WorldSize),
            _ => throw new NotSupportedException($"There is no {Algorithm} schedule for {Goal.Kind}."),
        };
    }

    /// <summary>The algorithms that there are for a goal, in the order in which a tie between them is broken.</summary>
    public static IReadOnlyList<Algorithm> AlgorithmsFor(CollectiveKind kind) => kind switch
    {
        CollectiveKind.AllReduce => Enum.GetValues<Algorithm>(),
        CollectiveKind.ReduceScatter or CollectiveKind.AllGather => [Algorithm.Ring, Algorithm.Direct],
        CollectiveKind.Barrier => [Algorithm.RecursiveDoubling],
        CollectiveKind.Broadcast => [Algorithm.Tree, Algorithm.Chain],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such collective."),
    };
}

/// <summary>How a collective goes about it. What each is for is written in the class that builds it.</summary>
internal enum Algorithm
{
    Ring,

    /// <summary>Binomial tree.</summary>
    Tree,

    /// <summary>Two binary trees, each rank a leaf of one of them, pipelined.</summary>
    DoubleTree,

    /// <summary>For a barrier: dissemination, which is its kin.</summary>
    RecursiveDoubling,

    /// <summary>Rabenseifner's.</summary>
    HalvingDoubling,

    /// <summary>All to all.</summary>
    Direct,

    /// <summary>Pipelined along a line, to the end and back: a baseline.</summary>
    Chain,

    /// <summary>Inside nodes, between them, inside them.</summary>
    Hierarchical,
}
