using Newtonsoft.Json;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Measurement;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Models.Training;

namespace Orchestrator.Execution;

/// <summary>One ring to be measured: what its ranks are told, in JSON where they are processes.</summary>
/// <param name="Transport">Null: threads of one process.</param>
/// <param name="Milliseconds">About how long a point is measured in each way.</param>
internal sealed record BenchRequest(
    Transport? Transport,
    int WorldSize,
    IReadOnlyList<AllReduceAlgorithm> Algorithms,
    IReadOnlyList<long> Sizes,
    string Type,
    ReduceOp Op,
    int Channels,
    int NodeSize,
    long BucketBytes,
    int Milliseconds,
    bool Bind)
{
    /// <summary>A rank hangs if it does not come for so long: the largest buffer takes seconds on a slow link.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [JsonIgnore]
    public CommunicatorOptions Options => new()
    {
        Transport = Transport ?? default,
        Channels = Channels,
        NodeSize = NodeSize,
        BucketBytes = BucketBytes,
        OperationDeadline = Deadline,
        JoinDeadline = Deadline,
    };

    [JsonIgnore]
    public BenchmarkPlan Plan => new()
    {
        Algorithms = Algorithms,
        Sizes = Sizes,
        Type = Type,
        Op = Op,
        Options = Options,
        TimePerPoint = TimeSpan.FromMilliseconds(Milliseconds),
        Bind = Bind,
    };
}

/// <summary>What a rank's process reads from its standard input, in one line.</summary>
/// <param name="Folder">Where the ranks meet.</param>
internal sealed record BenchRankRequest(string Folder, int Rank, BenchRequest Ring);
