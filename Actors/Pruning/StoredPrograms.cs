using System.Collections.Frozen;
using System.Security.Cryptography;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Pruning;

/// <summary>Programs from the plan and from what the trials that it names have left in the run store.</summary>
internal sealed class StoredPrograms(RunStore store) : IPruningPrograms
{
    private readonly FrozenDictionary<string, Trial> _trials = store.Plan.Trials.ToFrozenDictionary(trial => trial.Id);

    public PruningProgram ProgramOf(string trial)
    {
        Trial planned = _trials[trial];
        Cell cell = store.Plan.Cells[planned.Cell];
        var sources = new PruningSources
        {
            DenseWeights = planned.QuantileSource is { } source ? WeightsOf(source) : null,
            Densities = planned.DensitySource is { } pruned ? ResultOf(pruned).Densities : null,
        };
        return PruningProgram.Create(
            cell.Configuration.Pruning,
            NetworkParameters.Of(cell.Configuration.Network, cell.Shape),
            sources,
            cell.Length.StepsPerEpoch,
            cell.Configuration.Training.Epochs,
            cell.Length.Steps,
            planned.Seed);
    }

    /// <exception cref="DataException">The weights are not those that the trial has left.</exception>
    private Dictionary<string, float[]> WeightsOf(string trial)
    {
        TrialResult result = ResultOf(trial);
        string file = result.WeightsFile
            ?? throw new DataException(null, $"Trial `{trial}` has left no weights.");
        string path = Path.Combine(store.TrialDirectory(trial), file);
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != result.WeightsSha256)
                throw new DataException(path, $"`{path}` is not what trial `{trial}` has left: its hash is another one.");
            using var stream = new MemoryStream(bytes);
            return SafeTensors.Read(stream).Tensors
                .Where(tensor => tensor.Type == SafeTensorType.F32)
                .ToDictionary(tensor => tensor.Name, tensor => tensor.AsFloats().ToArray());
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or SafeTensorsException)
        {
            throw new DataException(path, $"`{path}`, the weights of trial `{trial}`, cannot be read: {exception.Message}", exception);
        }
    }

    private TrialResult ResultOf(string trial) => store.ResultOf(trial)?.Result
        ?? throw new DataException(null, $"Trial `{trial}` has left no result.");
}
