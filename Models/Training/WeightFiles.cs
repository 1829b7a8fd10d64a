using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Models.Training;

/// <summary>The trained weights as they are handed on: dense in safetensors, and with the zeros left out.</summary>
/// <param name="Sha256">Of the dense file.</param>
/// <param name="Bytes">Of the dense file.</param>
/// <param name="CompressedBytes">Of the other.</param>
internal sealed record WeightFiles(string Sha256, long Bytes, long CompressedBytes)
{
    /// <summary>In the trial's folder.</summary>
    public const string Dense = "weights.safetensors";

    /// <summary>In the trial's folder; see <see cref="CompressedWeights"/>.</summary>
    public const string Compressed = "weights.compressed";

    /// <summary>Every rank makes both files, and so knows their hash and size; rank 0 puts them into the folder.</summary>
    public static WeightFiles Write(TrialRun run, ImmutableArray<SafeTensor> weights)
    {
        var metadata = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
        {
            ["format"] = "orchestrator-weights-1",
            ["trial"] = run.TrialId,
            ["seed"] = run.Seed.ToString(CultureInfo.InvariantCulture),
            ["configuration"] = ConfigurationText.Of(run.Configuration),
        });
        using var dense = new MemoryStream();
        SafeTensors.Write(dense, new SafeTensorsContent(metadata, weights));
        using var compressed = new MemoryStream();
        CompressedWeights.Write(compressed, weights);
        if (run.Exchange.Rank == 0)
        {
            _ = Directory.CreateDirectory(run.Directory);
            DurableFile.Write(Path.Combine(run.Directory, Compressed), compressed.WriteTo);
            DurableFile.Write(Path.Combine(run.Directory, Dense), dense.WriteTo);
        }

        ReadOnlySpan<byte> bytes = dense.GetBuffer().AsSpan(0, (int)dense.Length);
        return new WeightFiles(Convert.ToHexStringLower(SHA256.HashData(bytes)), dense.Length, compressed.Length);
    }
}
