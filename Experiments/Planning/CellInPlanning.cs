using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Planning;

/// <summary>A cell on its way into a plan: each stage of planning adds what it finds out.</summary>
internal sealed class CellInPlanning(CellDraft draft, DataShape shape, int trainCount)
{
    public CellDraft Draft => draft;

    public string Name => draft.Name;

    public DataShape Shape => shape;

    public int TrainCount => trainCount;

    /// <summary>With the solved value, once <see cref="NonzeroMatching"/> has solved for it.</summary>
    public TrialConfiguration Configuration { get; set; } = draft.Configuration;

    /// <summary>Set by <see cref="NonzeroMatching"/>; null until then, and where it cannot be known.</summary>
    public long? Nonzeros { get; set; }

    public CellInPlanning? Control { get; set; }

    public CellInPlanning? MatchedWith { get; set; }

    public CellInPlanning? QuantileSource { get; set; }

    public CellInPlanning? DensitySource { get; set; }

    public ImmutableArray<ParameterInfo> Parameters => NetworkParameters.Of(Configuration.Network, shape);

    public TrainingLength Length => TrainingLength.Of(Configuration, trainCount);
}
