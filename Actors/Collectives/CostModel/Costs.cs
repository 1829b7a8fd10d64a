namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>What a simulation runs on: <see cref="Links"/> or <see cref="MachineCosts"/>.</summary>
internal abstract record Costs;

/// <summary>
/// Ranks with processors of their own, joined by links that do not disturb each other. Each rank has one port to send and
/// one to receive, which work at the same time: a message of b bytes holds its sender's port for bβ and, α later, its receiver's.
/// So the latencies of several messages overlap, and their bytes do not.
/// </summary>
/// <param name="Inside">Between ranks of one node.</param>
/// <param name="Between">Between ranks of different nodes.</param>
/// <param name="NodeSize">Ranks on a node, ≥ 1: rank r is on node r / NodeSize. Each has its own way out of the node.</param>
internal sealed record Links(LinkCosts Inside, LinkCosts Between, int NodeSize) : Costs
{
    public static Links AllAlike(LinkCosts link) => new(link, link, NodeSize: 1);
}

/// <summary>
/// Ranks that are threads or processes of one machine. Bytes do not travel by themselves: a core moves them, as it adds them,
/// and where there are more ranks than cores the ranks take turns. α is the time until a waiting rank sees a message.
/// </summary>
/// <remarks>
/// Thus a collective takes at least all its work divided by the cores, however short each rank's own way is.
/// </remarks>
/// <param name="Link">The costs, of one rank with a core of its own.</param>
/// <param name="Cores">Cores that the ranks share, ≥ 1.</param>
internal sealed record MachineCosts(LinkCosts Link, int Cores) : Costs
{
    /// <summary>
    /// The share of the moving and of the work for each message that is the sender's, 0 to 1: none where the receiver reads the
    /// sender's memory, about half where the one copies into a buffer and the other out of it.
    /// </summary>
    public double SenderShare { get; init; }

    /// <summary>
    /// Work for a message, however short, beside the moving of its bytes: o of LogP (Culler et al., 1993). Unlike α it does not
    /// overlap with that of other messages of the same rank.
    /// </summary>
    public double PerMessage { get; init; }

    /// <summary>Work of a core that turns from one rank to another; it counts only where ranks must take turns.</summary>
    public double Switch { get; init; }
}
