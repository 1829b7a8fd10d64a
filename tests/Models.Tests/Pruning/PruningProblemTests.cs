using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Models.Tests.Pruning;

internal sealed class PruningProblemTests
{
    private static readonly PruningOptions Threshold = Options.Valid(PruningMethod.GradualThreshold);
    private static readonly PruningOptions Cubic = Options.Valid(PruningMethod.GradualCubic);
    private static readonly PruningOptions OneShot = Options.Valid(PruningMethod.OneShot);

    private static readonly TestCaseData[] Bad =
    [
        Case("end after the training", Cubic with { EndEpoch = 21 }, "endEpoch", "step 2100", "2000 steps"),
        Case("end before start", Cubic with { StartEpoch = 5, EndEpoch = 4 }, "endEpoch", "step 500", "step 400"),
        Case("start after half of all epochs", Cubic with { StartEpoch = 11 }, "startEpoch", "step 1100", "half of all epochs"),
        Case("start is end", Cubic with { StartEpoch = 10 }, "startEpoch"),
        Case("ramp before start", Threshold with { RampEpoch = 0.5 }, "rampEpoch", "step 50"),
        Case("ramp after end", Threshold with { RampEpoch = 11 }, "rampEpoch", "step 1100"),
        Case("interval too long", Cubic with { Interval = 901 }, "interval", "901", "step 100", "step 1000"),
        Case("one shot after the training", OneShot with { AtEpoch = 20.5 }, "atEpoch", "step 2050"),
        Case("fine-tuning longer than the training", OneShot with { FineTuneEpochs = 20.5 }, "fineTuneEpochs", "2050 steps"),
        Case("two steps for one shot", OneShot with { AtEpoch = 3, FineTuneEpochs = 1 }, "atEpoch", "fineTuneEpochs"),
        Case("no roles", Cubic with { Matrices = [] }, "matrices", "no matrix is chosen"),
        Case("biases", Cubic with { Matrices = [ParameterRole.Input, ParameterRole.Bias] }, "matrices", "`bias` is never pruned"),
        Case("norms", Cubic with { Matrices = [ParameterRole.Input, ParameterRole.Norm] }, "matrices", "`norm` is never pruned"),
        Case("nothing left", Cubic with { Overrides = [new() { Matrix = "*", Prune = false }] }, "overrides", "no matrix is left"),
        Case("unknown matrix", Override("layer0.forward.recurent"), "overrides[0].matrix", "nearest is `layer0.forward.recurrent`"),
        Case("matrix of another role", Override("output.*"), "overrides[0].matrix", "add `output` to `matrices`"),
        Case("vector", Override("output.bias"), "overrides[0].matrix", "is a vector"),
        Case("gate of another cell", Override("*", "forget"), "overrides[0].gate", "`reset`, `update`, `candidate`"),
        Case("misspelt gate", Override("*", "updates"), "overrides[0].gate", "nearest is `update`"),
        Case(
            "gate where there is none",
            Cubic with { Matrices = [ParameterRole.Output], Overrides = [new() { Matrix = "*", Gate = "update" }] },
            "overrides[0].gate",
            "`output.weight` has no gates"),
        Case("threshold by chance", Threshold with { Criterion = PruningCriterion.Random }, "criterion", "`random`"),
        Case(
            "random by magnitude",
            Options.Valid(PruningMethod.Random) with { Criterion = PruningCriterion.Magnitude },
            "criterion",
            "`gradual-cubic`"),
        Case("two sources of q", Threshold with { QuantileFrom = "dense" }, "quantile", "`quantileFrom`"),
        Case("densities for thresholds", Threshold with { DensitiesFrom = "dense" }, "densitiesFrom", "`gradual-threshold`"),
        Case(
            "sparsity beside q",
            Threshold with { Overrides = [new() { Matrix = "*", Sparsity = 0.5 }] },
            "overrides[0].sparsity",
            "give `quantile` here"),
        Case("more than the guard allows", Cubic with { Sparsity = 0.999 }, "sparsity", "`keepAtLeast`, 0.005"),
        Case(
            "an override beyond the guard",
            Cubic with { Overrides = [new() { Matrix = "*", Sparsity = 0.999 }] },
            "overrides[0].sparsity",
            "`keepAtLeast`, 0.005"),
        Case("falling sparsity", Cubic with { InitialSparsity = 0.95 }, "sparsity", "`initialSparsity`, 0.95"),
    ];

    [TestCaseSource(nameof(Bad))]
    public void What_cannot_be_carried_out_is_named(PruningOptions options, string path, string[] parts)
    {
        var problems = Options.Problems(options);

        Assert.That(problems.Select(problem => problem.Path), Is.EqualTo(new[] { path }));
        foreach (string part in parts)
            Assert.That(problems[0].Message, Does.Contain(part));
    }

    [TestCaseSource(nameof(Bad))]
    public void What_cannot_be_carried_out_makes_no_program(PruningOptions options, string path, string[] parts) =>
        Assert.That(
            () => Options.Program(options),
            Throws.TypeOf<PruningConfigurationException>()
                .With.Property(nameof(PruningConfigurationException.Problems)).EqualTo(Options.Problems(options))
                .And.Message.Contains($"pruning.{path}: ").And.Message.Contains(parts.FirstOrDefault("")));

    [Test]
    public void All_problems_are_reported_at_once()
    {
        PruningOptions options = Threshold with
        {
            Criterion = PruningCriterion.Random,
            EndEpoch = 21,
            Overrides = [new() { Matrix = "layer9.*" }, new() { Matrix = "*", Gate = "cell" }],
        };

        Assert.That(
            Options.Problems(options).Select(problem => problem.Path),
            Is.EqualTo(new[] { "criterion", "overrides[0].matrix", "overrides[1].gate", "endEpoch" }));
    }

    [Test]
    public void A_training_cut_short_counts_as_it_is() =>
        Assert.That(
            Options.Problems(Cubic, steps: 150).Single(),
            Has.Property("Path").EqualTo("startEpoch").And.Property("Message").Contains("150 steps"));

    [Test]
    public void Valid_options_of_every_method_have_no_problem([Values] PruningMethod method) =>
        Assert.That(Options.Problems(Options.Valid(method)), Is.Empty);

    [Test]
    public void Without_pruning_nothing_is_wrong() =>
        Assert.That(Options.Problems(new() { Method = PruningMethod.None, EndEpoch = 99, Matrices = [] }), Is.Empty);

    private static PruningOptions Override(string matrix, string? gate = null) =>
        Cubic with { Overrides = [new() { Matrix = matrix, Gate = gate }] };

    private static TestCaseData Case(string name, PruningOptions options, string path, params string[] parts) =>
        new TestCaseData(options, path, parts).SetArgDisplayNames(name);
}
