using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Planning;

/// <summary>Names work by its content, so that equal work has an equal name in every sweep, and other work never has.</summary>
internal static class TrialIdentity
{
    /// <summary>64 bits: among a million trials two collide with a chance of 3 in 10⁸; 32 bits would with certainty.</summary>
    private const int Digits = 16;

    /// <summary>
    /// Digest of the configuration without what has no effect: names of variants (the sources' ids stand for them), and the
    /// options of a pruning that does not take place.
    /// </summary>
    public static string ContentOf(TrialConfiguration configuration) => CanonicalJson.Hash(
        CanonicalJson.Of(configuration with
        {
            Pruning = configuration.Pruning.Method == PruningMethod.None
                ? new PruningOptions()
                : configuration.Pruning with { QuantileFrom = null, DensitiesFrom = null },
        }),
        CanonicalJson.HashDigitsMax);

    /// <param name="content">Of <see cref="ContentOf"/>.</param>
    public static string Of(string content, long seed, string? quantileSource, string? densitySource) => CanonicalJson.Hash(
        new JObject
        {
            ["configuration"] = content,
            ["densitySource"] = densitySource,
            ["format"] = Plan.FormatVersion,
            ["quantileSource"] = quantileSource,
            ["seed"] = seed,
        },
        Digits);
}
