using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;

namespace Orchestrator.Experiments.Runs;

/// <summary>What a trial ran on: every number of a report leads back to one of these.</summary>
/// <param name="Software">Name and version, in order.</param>
/// <param name="Machine">Processor, memory, operating system, numeric path: name and value, in order.</param>
public sealed record RunEnvironment(IReadOnlyList<KeyValuePair<string, string>> Software, IReadOnlyList<KeyValuePair<string, string>> Machine)
{
    /// <summary>First 12 hex digits of the SHA-256 of the content: the same on every start on the same machine.</summary>
    [JsonIgnore]
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonConvert.SerializeObject(this))))[..12];
}
