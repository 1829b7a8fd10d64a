using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Akka.Actor;
using Microsoft.Data.Sqlite;
using Orchestrator.Actors.Workers;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Native;

namespace Orchestrator.Execution;

/// <summary>The software and the machine that trials run on. Holds nothing that changes from start to start.</summary>
internal static class ThisMachine
{
    public static string Version => VersionOf(typeof(ThisMachine).Assembly);

    /// <param name="transport">How the ranks of a trial exchange gradients here.</param>
    /// <exception cref="TorchUnavailableException">libtorch does not run on this machine.</exception>
    public static RunEnvironment Describe(GangTransport transport)
    {
        TorchDescription torch = TorchRuntime.Description;
        return new RunEnvironment(
            [
                new("Orchestrator", Version),
                new(".NET", Environment.Version.ToString()),
                new("TorchSharp", torch.TorchSharpVersion),
                new("libtorch", torch.LibtorchVersion),
                new("Akka.NET", VersionOf(typeof(ActorSystem).Assembly)),
                new("SQLite", SqliteVersion()),
            ],
            [
                new("Processor", torch.ProcessorModel),
                new("Cores", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
                new("Memory", Memory()),
                new("Operating system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}"),
                new("MKL dispatch", torch.MklDispatch),
                new(TransportNames.Fact, TransportNames.Of(transport)),
            ]);
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString()
        ?? "unknown";

    private static string SqliteVersion()
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return connection.ServerVersion;
    }

    /// <summary>What the process may use: the machine's, or its container's limit.</summary>
    private static string Memory() => string.Create(
        CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30):0} GiB");
}
