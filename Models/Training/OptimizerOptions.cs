using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Training;

/// <summary>The optimizer and what goes with it, with PyTorch's defaults.</summary>
public sealed record OptimizerOptions
{
    [Description("Update rule.")]
    public OptimizerKind Kind { get; init; } = OptimizerKind.Adam;

    [Range(1e-8, 100.0)]
    [Description("Learning rate before its schedule.")]
    public double LearningRate { get; init; } = 0.001;

    [Range(0.0, 0.9999)]
    [Description("Momentum of sgd.")]
    public double Momentum { get; init; }

    [Description("Nesterov's form of sgd's momentum.")]
    public bool Nesterov { get; init; }

    [Range(0.0, 0.999999)]
    [Description("Decay of the first moment of adam and adamw.")]
    public double Beta1 { get; init; } = 0.9;

    [Range(0.0, 0.999999)]
    [Description("Decay of the second moment of adam and adamw.")]
    public double Beta2 { get; init; } = 0.999;

    [Range(1e-12, 1.0)]
    [Description("Term that keeps adam's and adamw's division finite.")]
    public double Epsilon { get; init; } = 1e-8;

    [Range(0.0, 10.0)]
    [Description("Weight decay: coupled in sgd and adam, decoupled in adamw.")]
    public double WeightDecay { get; init; }

    [Range(0.0, 1e6)]
    [Description("Largest global L2 norm of the gradient; 0 does not clip.")]
    public double ClipNorm { get; init; } = 1.0;

    [Description("How the learning rate changes over the training.")]
    public LearningRateSchedule Schedule { get; init; } = new();
}

/// <summary>Learning rate as a function of the step, applied to <see cref="OptimizerOptions.LearningRate"/>.</summary>
public sealed record LearningRateSchedule
{
    [Description("Form of the decay.")]
    public LearningRateDecay Kind { get; init; } = LearningRateDecay.Constant;

    [Range(0, 1_000_000)]
    [Description("Steps of linear warm-up from zero.")]
    public int WarmupSteps { get; init; }

    [Range(0.0, 1.0)]
    [Description("step and exponential: factor per interval. cosine and linear: final fraction of the learning rate.")]
    public double Factor { get; init; } = 0.1;

    [Range(0.01, 10_000.0)]
    [Description("step and exponential: interval in epochs.")]
    public double EveryEpochs { get; init; } = 1.0;
}

public enum OptimizerKind
{
    Sgd,
    Adam,
    Adamw,
}

public enum LearningRateDecay
{
    Constant,
    Step,
    Exponential,
    Cosine,
    Linear,
}
