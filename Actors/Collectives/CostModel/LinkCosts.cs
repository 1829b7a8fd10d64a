namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// The α-β-γ model of a link (Hockney, "The communication challenge for MPP", Parallel Computing 1994; Thakur, Rabenseifner
/// and Gropp 2005), in one unit of time throughout; seconds, where they were measured.
/// </summary>
/// <param name="Alpha">α: from the sending of a message, however short, until it can be received.</param>
/// <param name="Moving">Of so many bytes on their way, without α; bβ in the plain model.</param>
/// <param name="Adding">Of so many bytes that have arrived; bγ in the plain model.</param>
internal readonly record struct LinkCosts(double Alpha, MessageTime Moving, MessageTime Adding)
{
    /// <summary>The plain model.</summary>
    /// <param name="alpha">For a message.</param>
    /// <param name="beta">For a byte on its way.</param>
    /// <param name="gamma">For a byte that is added.</param>
    public LinkCosts(double alpha, double beta, double gamma)
        : this(alpha, MessageTime.PerByte(beta), MessageTime.PerByte(gamma))
    {
    }
}
