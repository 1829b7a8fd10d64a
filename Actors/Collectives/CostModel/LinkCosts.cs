namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>The α-β-γ model of a machine (Hockney 1994; Thakur, Rabenseifner and Gropp 2005), in one unit of time throughout.</summary>
/// <param name="Alpha">Time for a message, however short.</param>
/// <param name="Beta">Time for a byte on the way.</param>
/// <param name="Gamma">Time to add a byte that has arrived.</param>
internal readonly record struct LinkCosts(double Alpha, double Beta, double Gamma);
