using System.Collections.Immutable;
using System.Reflection;
using CsCheck;
using Newtonsoft.Json;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Criteria;
using Orchestrator.Models.Pruning.Schedules;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Pruning;

internal sealed class PruningProgramTests
{
    private const string Input = "layer0.forward.input";
    private const string Recurrent = "layer0.forward.recurrent";

    private static readonly PruningMethod[] Methods =
        [PruningMethod.GradualThreshold, PruningMethod.GradualCubic, PruningMethod.OneShot, PruningMethod.Random];

    [Test]
    public void By_default_the_recurrent_and_input_matrices_are_pruned_whole()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.GradualCubic));

        Assert.That(program.Blocks, Is.EqualTo(new[]
        {
            new PrunedBlock(Input, null, 0, 12, 3, 0.9, 0),
            new PrunedBlock(Recurrent, null, 0, 12, 4, 0.9, 0),
        }));
    }

    [Test]
    public void By_default_pruning_goes_from_the_second_epoch_over_a_quarter_to_half_of_all_epochs()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.GradualThreshold));

        Assert.That((program.Start, program.Ramp, program.End), Is.EqualTo((100L, 500L, 1000L)));
    }

    [Test]
    public void Dense_gradients_are_needed_where_the_masks_are_renewed_behind_the_step([ValueSource(nameof(Methods))] PruningMethod method)
    {
        PruningProgram program = Options.Program(Options.Valid(method));

        IEnumerable<long> needs = Enumerable.Range(0, (int)Options.Steps).Select(step => (long)step).Where(program.NeedsDenseGradients);

        IEnumerable<long> renewals = UpdatesOf(program).Select(update => update.Step - 1);
        Assert.That(needs, Is.EqualTo(method == PruningMethod.Random ? [] : renewals));
    }

    [Test]
    public void A_criterion_that_never_looks_at_weights_needs_no_dense_gradients()
    {
        PruningProgram program = Options.Program(
            Options.Valid(PruningMethod.GradualCubic) with { Criterion = PruningCriterion.Random });

        Assert.That(Enumerable.Range(0, (int)Options.Steps).Any(step => program.NeedsDenseGradients(step)), Is.False);
        Assert.That(PruningProgram.Dense.NeedsDenseGradients(0), Is.False);
    }

    [Test]
    public void A_short_training_ramps_from_the_start()
    {
        PruningOptions options = Options.Valid(PruningMethod.GradualThreshold) with { Interval = 10 };

        PruningProgram program = PruningProgram.Create(options, Options.Gru, PruningSources.None, 100, 3, 300, 1);

        Assert.That((program.Start, program.Ramp, program.End), Is.EqualTo((100L, 100L, 150L)));
    }

    [TestCase(null, null, 1500, Description = "a quarter is left for fine-tuning")]
    [TestCase(null, 2.5, 1750)]
    [TestCase(null, 0.0, 2000, Description = "after the last step")]
    [TestCase(3.0, null, 300)]
    public void One_shot_prunes_once_at_its_step(double? atEpoch, double? fineTune, long step)
    {
        PruningProgram program = Options.Program(
            Options.Valid(PruningMethod.OneShot) with { AtEpoch = atEpoch, FineTuneEpochs = fineTune });

        Assert.That(UpdatesOf(program).Select(update => (update.Step, update.IsLast)), Is.EqualTo(new[] { (step, true) }));
    }

    [Test]
    public void A_gradual_schedule_updates_every_interval_and_at_the_end()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.GradualCubic) with { EndEpoch = 4.5 });

        Assert.That(
            UpdatesOf(program).Select(update => (update.Step, update.IsLast)),
            Is.EqualTo(new[] { (100L, false), (200, false), (300, false), (400, false), (450, true) }));
    }

    [Test]
    public void A_random_mask_may_stand_from_before_the_first_step()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.Random) with { StartEpoch = 0, EndEpoch = 0 });

        Assert.That(UpdatesOf(program).Select(update => (update.Step, update.IsLast)), Is.EqualTo(new[] { (0L, true) }));
    }

    [Test]
    public void A_dense_program_never_updates() =>
        Assert.That(UpdatesOf(Options.Program(new PruningOptions { Method = PruningMethod.None })), Is.Empty);

    [Test]
    public void Thresholds_and_sparsities_never_fall_and_end_at_their_target([ValueSource(nameof(Methods))] PruningMethod method) =>
        Gen.Select(Gen.Double[0.1, 0.99], Gen.Double[0, 5], Gen.Double[5, 9], Gen.Double[9, 20], Gen.Int[1, 100], Gen.Double[0.2, 5])
            .Sample((target, start, ramp, end, interval, ratio) =>
            {
                PruningProgram program = Options.Program(new PruningOptions
                {
                    Method = method,
                    Sparsity = target,
                    Quantile = target,
                    StartEpoch = start,
                    RampEpoch = ramp,
                    EndEpoch = end,
                    Interval = interval,
                    RampRatio = ratio,
                });

                double[] values = [.. UpdatesOf(program).Select(ValueOf)];

                Assert.That(values, Is.Ordered);
                Assert.That(values[^1], Is.EqualTo(target));
            });

    [Test]
    public void An_override_changes_the_matrices_that_match()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.GradualCubic) with
        {
            Overrides = [new() { Matrix = "*.recurrent", Sparsity = 0.5 }],
        });

        Assert.That(program.Blocks.Select(block => (block.Matrix, block.Sparsity, block.Apart)), Is.EqualTo(new[]
        {
            (Input, 0.9, false),
            (Recurrent, 0.5, true),
        }));
    }

    [Test]
    public void Of_several_overrides_the_last_that_matches_wins()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.GradualCubic) with
        {
            Overrides = [new() { Matrix = Input, Sparsity = 0.1 }, new() { Matrix = "*", Sparsity = 0.5 }, new() { Matrix = Recurrent, Prune = false }],
        });

        Assert.That(program.Blocks.Select(block => (block.Matrix, block.Sparsity)), Is.EqualTo(new[] { (Input, 0.5) }));
    }

    [Test]
    public void An_overridden_gate_splits_its_matrix_into_gates()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.GradualCubic) with
        {
            Matrices = [ParameterRole.Recurrent],
            Overrides = [new() { Matrix = "*", Gate = "update", Sparsity = 0.5 }, new() { Matrix = "*", Gate = "candidate", Prune = false }],
        });

        Assert.That(program.Blocks, Is.EqualTo(new[]
        {
            new PrunedBlock(Recurrent, "reset", 0, 4, 4, 0.9, 0),
            new PrunedBlock(Recurrent, "update", 4, 4, 4, 0.5, 0) { Apart = true },
        }));
    }

    [Test]
    public void A_wildcard_for_the_gate_prunes_each_gate_by_itself()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.GradualCubic) with
        {
            Overrides = [new() { Matrix = Input, Gate = "*" }],
        });

        Assert.That(program.Blocks.Select(block => block.Gate), Is.EqualTo(new[] { "reset", "update", "candidate", null }));
    }

    [Test]
    public void Q_comes_from_the_dense_weights_of_each_block()
    {
        PruningOptions options = new()
        {
            Method = PruningMethod.GradualThreshold,
            Sparsity = 0.5,
            Overrides = [new() { Matrix = Recurrent, Gate = "reset", Sparsity = 0.25 }, new() { Matrix = Recurrent, Gate = "update", Quantile = 7 }],
        };

        PruningProgram program = Create(options, Dense());

        Assert.That(program.Blocks.Select(block => block.Quantile), Is.EqualTo(new[]
        {
            17.5,
            3.75,
            7.0,
            WeightQuantile.Of(Dense().DenseWeights![Recurrent].AsSpan(32, 16), 0.5),
        }));
    }

    [Test]
    public void In_the_global_scope_q_is_common_to_all_blocks_without_a_target_of_their_own()
    {
        PruningOptions options = new()
        {
            Method = PruningMethod.GradualThreshold,
            Scope = PruningScope.Global,
            Sparsity = 0.5,
        };

        PruningProgram program = Create(options, Dense());

        float[] all = [.. Dense().DenseWeights![Input], .. Dense().DenseWeights![Recurrent]];
        Assert.That(program.Blocks.Select(block => block.Quantile), Is.All.EqualTo(WeightQuantile.Of(all, 0.5)));
    }

    [Test]
    public void Q_that_nobody_gives_is_an_error() =>
        Assert.That(
            () => Create(new() { Method = PruningMethod.GradualThreshold }, PruningSources.None),
            Throws.TypeOf<PruningConfigurationException>().With.Message.Contains(Input));

    [Test]
    public void Q_from_a_network_of_another_shape_is_an_error() =>
        Assert.That(
            () => Create(
                new() { Method = PruningMethod.GradualThreshold },
                new() { DenseWeights = new Dictionary<string, float[]> { [Input] = new float[35], [Recurrent] = new float[48] } }),
            Throws.TypeOf<PruningConfigurationException>().With.Message.Contains("same shape"));

    [Test]
    public void Copied_densities_leave_exactly_as_many_weights() =>
        Gen.Int[0, 36].Select(Gen.Int[0, 48]).Sample((input, recurrent) =>
        {
            PruningProgram program = Create(
                new() { Method = PruningMethod.Random, DensitiesFrom = "other", Scope = PruningScope.Global },
                new() { Densities = [Density(Input, 12, 3, input / 36.0), Density(Recurrent, 12, 4, recurrent / 48.0)] });

            Assert.That(
                program.Blocks.Select(block => KeptWeights.Of(block.Count, block.Sparsity)), Is.EqualTo(new[] { input, recurrent }));
        });

    [Test]
    public void A_density_that_nobody_gives_is_an_error() =>
        Assert.That(
            () => Create(
                new() { Method = PruningMethod.Random, DensitiesFrom = "other" },
                new() { Densities = [Density(Input, 12, 3, 0.1)] }),
            Throws.TypeOf<PruningConfigurationException>().With.Message.Contains(Recurrent));

    [Test]
    public void Planned_nonzeros_are_all_parameters_without_pruning() =>
        Assert.That(PruningProgram.PlannedNonzeros(new(), Options.Gru), Is.EqualTo(36 + 48 + 24 + 8 + 2));

    [Test]
    public void Planned_nonzeros_count_what_the_targets_leave([ValueSource(nameof(Methods))] PruningMethod method)
    {
        // 36 − round(32.4) = 4 and 48 − round(43.2) = 5 stay, and with them 24 + 2 biases and 8 output weights.
        Assert.That(PruningProgram.PlannedNonzeros(Options.Valid(method), Options.Gru), Is.EqualTo(4 + 5 + 34));
    }

    [Test]
    public void Planned_nonzeros_heed_the_guard() =>
        Assert.That(
            PruningProgram.PlannedNonzeros(Options.Valid(PruningMethod.GradualCubic) with { KeepAtLeast = 0.5 }, Options.Gru),
            Is.EqualTo(18 + 24 + 34));

    [Test]
    public void Planned_nonzeros_of_the_global_scope_round_once() =>
        Assert.That(
            PruningProgram.PlannedNonzeros(Options.Valid(PruningMethod.GradualCubic) with { Scope = PruningScope.Global }, Options.Gru),
            Is.EqualTo(84 - 76 + 34));

    [Test]
    public void A_program_survives_JSON_and_stays_equal([ValueSource(nameof(Methods))] PruningMethod method)
    {
        PruningProgram program = Options.Program(Options.Valid(method) with
        {
            Sparsity = 1.0 / 3,
            Overrides = [new() { Matrix = Recurrent, Gate = "reset", Sparsity = 0.1 + 0.2, Quantile = 0.1 }],
        });

        PruningProgram? read = JsonConvert.DeserializeObject<PruningProgram>(JsonConvert.SerializeObject(program));

        Assert.That(read, Is.EqualTo(program));
        Assert.That(read!.GetHashCode(), Is.EqualTo(program.GetHashCode()));
    }

    /// <summary>Equality is written by hand: a property that it forgot would make two different programs one.</summary>
    [Test]
    public void Programs_that_differ_in_any_property_are_not_equal()
    {
        PruningProgram program = Options.Program(Options.Valid(PruningMethod.GradualThreshold));

        foreach (PropertyInfo property in typeof(PruningProgram).GetProperties().Where(property => property.CanWrite))
        {
            PruningProgram other = program with { };
            property.SetValue(other, Another(property.GetValue(program)!));

            Assert.That(other, Is.Not.EqualTo(program), property.Name);
        }
    }

    private static object Another(object value) => value switch
    {
        long number => number + 1,
        double number => number + 1,
        PruningMethod => PruningMethod.OneShot,
        PruningCriterion => PruningCriterion.Random,
        PruningScope => PruningScope.Global,
        ImmutableArray<PrunedBlock> blocks => blocks.SetItem(1, blocks[1] with { Quantile = 2 }),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "A property of a new type: say how it differs."),
    };

    private static IEnumerable<MaskUpdate> UpdatesOf(PruningProgram program) =>
        Enumerable.Range(0, (int)Options.Steps + 1).Select(step => program.UpdateAfter(step)).OfType<MaskUpdate>();

    private static double ValueOf(MaskUpdate update) => update switch
    {
        MaskUpdate.Thresholds thresholds => thresholds.ByBlock[0],
        MaskUpdate.Sparsities sparsities => sparsities.ByBlock[0],
        _ => throw new ArgumentOutOfRangeException(nameof(update)),
    };

    private static PruningProgram Create(PruningOptions options, PruningSources sources) =>
        PruningProgram.Create(options, Options.Gru, sources, Options.StepsPerEpoch, Options.Epochs, Options.Steps, seed: 1);

    /// <summary>Magnitudes 0, 1, 2 …, every other one negative.</summary>
    private static PruningSources Dense() => new()
    {
        DenseWeights = new Dictionary<string, float[]>
        {
            [Input] = [.. Enumerable.Range(0, 36).Select(i => i % 2 == 0 ? (float)i : -i)],
            [Recurrent] = [.. Enumerable.Range(0, 48).Select(i => i % 2 == 0 ? (float)i : -i)],
        },
    };

    private static MatrixDensity Density(string name, int rows, int columns, double density) => new(name, rows, columns, density, []);
}
