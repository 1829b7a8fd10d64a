using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

/// <summary>The real data sets, where a machine has them.</summary>
internal static class RealData
{
    /// <summary>The data folder if it holds the file; else the test is skipped.</summary>
    public static DataRoot Root(string relativePath)
    {
        DataRoot root = DataRoot.Find();
        if (root.Directory is null)
        {
            Assert.Ignore($"{DataRoot.Variable} is not set: no real data on this machine.");
        }

        if (!File.Exists(Path.Combine(root.Directory!, relativePath)))
        {
            Assert.Ignore($"`{relativePath}` is not in `{root.Directory}`.");
        }

        return root;
    }

    public static byte[] Read(string relativePath) => File.ReadAllBytes(Path.Combine(Root(relativePath).Directory!, relativePath));
}
