using System.Runtime.CompilerServices;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Tests.Statistics;

/// <summary>
/// What scipy 1.10 and statsmodels 0.13 compute for a few paired samples; the file states its conventions
/// (difference is b − a) and tolerances.
/// </summary>
internal static class ReferenceValues
{
    private static readonly JObject Root = JObject.Parse(File.ReadAllText(Path.Combine(Folder(), "reference-stats.json")));

    public const double ExactTolerance = 1e-12;

    public const double StudentTolerance = 1e-9;

    public static IEnumerable<string> Samples => Names("paired", _ => true);

    /// <summary>Samples whose differences vary: for the others t, BCa and TOST are undefined.</summary>
    public static IEnumerable<string> VaryingSamples => Names("paired", sample => sample["paired_t"] is not null);

    public static IEnumerable<string> Families => Names("holm", _ => true);

    public static JToken Sample(string name) => Root["paired"]![name]!;

    public static JToken Family(string name) => Root["holm"]![name]!;

    public static PairedSample Pairs(string name) => PairedSample.Of(Numbers(Sample(name)["a"]!), Numbers(Sample(name)["b"]!));

    public static double[] Numbers(JToken token) => token.ToObject<double[]>()!;

    public static double Number(JToken token, string path) => (double)token.SelectToken(path, errorWhenNoMatch: true)!;

    private static IEnumerable<string> Names(string block, Func<JToken, bool> isWanted) =>
        ((JObject)Root[block]!).Properties().Where(p => isWanted(p.Value)).Select(p => p.Name);

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
