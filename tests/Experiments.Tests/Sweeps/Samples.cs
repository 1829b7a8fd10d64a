using System.Runtime.CompilerServices;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Tests.Sweeps;

/// <summary>The sweep files that come with the project.</summary>
internal static class Samples
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));

    public static string Folder { get; } = Path.Combine(Root, "samples");

    public static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "*.json").Select(Path.GetFileName).OfType<string>().Where(name => name != "sweep.schema.json").Order(StringComparer.Ordinal);

    public static string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Skips the test where the sample's data are not at hand.</summary>
    public static Plan Plan(string name)
    {
        DataRoot root = DataRoot.Find();
        if (root.Directory is null && name is "gru-language.json")
            Assert.Ignore($"{name} needs a text: set {DataRoot.Variable} to the folder of the data sets.");
        return SweepLoader.Load(PathOf(name), root, slots: 2);
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
