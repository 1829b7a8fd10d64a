using Orchestrator.Actors.Workers;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Execution;

/// <summary>The transports as a user writes them, and as the machine's facts of a run tell them.</summary>
internal static class TransportNames
{
    /// <summary>Name of the fact.</summary>
    public const string Fact = "Transport";

    private static readonly (GangTransport Transport, string Name)[] Names =
    [
        (GangTransport.InProcess, "in-process"),
        (GangTransport.SharedMemory, "shared-memory"),
        (GangTransport.Tcp, "tcp"),
    ];

    public static IEnumerable<string> All => Names.Select(pair => $"`{pair.Name}`");

    public static string Of(GangTransport transport) => Names.Single(pair => pair.Transport == transport).Name;

    /// <summary>As the machine's facts of a run tell them, each once.</summary>
    public static IReadOnlyList<string> In(RunStore store) =>
    [
        .. store.Environments.Values
            .SelectMany(environment => environment.Machine)
            .Where(fact => fact.Key == Fact)
            .Select(fact => fact.Value)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <returns>Null: there is none of that name.</returns>
    public static GangTransport? Find(string name)
    {
        foreach ((GangTransport transport, string known) in Names)
        {
            if (known == name)
                return transport;
        }

        return null;
    }
}
