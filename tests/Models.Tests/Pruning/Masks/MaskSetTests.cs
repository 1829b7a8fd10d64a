using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Masks;
using Orchestrator.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Orchestrator.Models.Tests.Pruning.Masks;

internal sealed class MaskSetTests
{
    private const long FirstUpdate = 100;
    private const long End = 1000;

    private DisposeScope _scope = null!;

    [SetUp]
    public void OpenScope() => _scope = NewDisposeScope();

    [TearDown]
    public void CloseScope() => _scope.Dispose();

    [Test]
    public void Without_pruning_nothing_is_masked()
    {
        Tensor flat = Ramp();
        using var masks = new MaskSet(PruningProgram.Dense, Options.Gru, flat);

        bool updated = masks.UpdateAfter(FirstUpdate);
        masks.Apply();

        Assert.That(updated, Is.False);
        Assert.That((masks.Nonzeros, masks.Sparsity, masks.Guarded), Is.EqualTo((118L, 0.0, 0L)));
        Assert.That(flat.Equals(Ramp()));
    }

    [Test]
    public void Top_k_keeps_the_largest_magnitudes_of_each_matrix()
    {
        using var masks = new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru, Ramp());

        masks.UpdateAfter(End);

        Assert.That(Masked(masks), Is.EqualTo(Enumerable.Range(0, 32).Concat(Enumerable.Range(36, 43))));
        Assert.That(masks.Sparsity, Is.EqualTo(75 / 84.0));
    }

    [Test]
    public void What_belongs_to_masked_weights_becomes_positive_zero_and_nothing_else_changes()
    {
        using var masks = new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru, Ramp());
        masks.UpdateAfter(End);
        float[] gradients = [.. Enumerable.Repeat(-1f, 118)];

        masks.ApplyTo(gradients);

        int[] zeros = [.. gradients.Index().Where(pair => BitConverter.SingleToInt32Bits(pair.Item) == 0).Select(pair => pair.Index)];
        Assert.That(zeros, Is.EqualTo(Masked(masks)));
        Assert.That(gradients.Where(value => value != 0), Is.All.EqualTo(-1f));
    }

    [Test]
    public void Masked_ranges_and_version_follow_the_masks()
    {
        using var masks = new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru, Ramp());
        int version = masks.Version;
        Assert.That((masks.IsMasking, masks.MaskedRanges.Count()), Is.EqualTo((false, 0)));

        masks.UpdateAfter(End);

        Assert.That(masks.Version, Is.GreaterThan(version));
        Assert.That(masks.IsMasking, Is.True);
        Assert.That(masks.MaskedRanges, Is.EqualTo(new[] { new GradientRange(0, 36), new GradientRange(36, 48) }));
    }

    [Test]
    public void Top_k_over_all_matrices_keeps_the_largest_magnitudes_of_all()
    {
        using var masks = new MaskSet(
            Program(PruningMethod.GradualCubic, options => options with { Scope = PruningScope.Global, KeepAtLeast = 0 }), Options.Gru, Ramp());

        masks.UpdateAfter(End);

        Assert.That(Masked(masks), Is.EqualTo(Enumerable.Range(0, 76)));
    }

    [Test]
    public void Over_all_matrices_the_guard_saves_the_best_of_a_small_one_and_the_total_stays_exact()
    {
        using var masks = new MaskSet(
            Program(PruningMethod.GradualCubic, options => options with { Scope = PruningScope.Global, KeepAtLeast = 0.05 }), Options.Gru, Ramp());

        masks.UpdateAfter(End);

        Assert.That(Masked(masks), Is.EqualTo(Enumerable.Range(0, 34).Concat(Enumerable.Range(36, 42))));
        Assert.That(masks.Guarded, Is.EqualTo(1));
    }

    [Test]
    public void A_threshold_that_would_take_a_whole_matrix_leaves_its_best()
    {
        using var masks = new MaskSet(
            Program(PruningMethod.GradualThreshold, options => options with { Quantile = 50, KeepAtLeast = 0.05 }), Options.Gru, Ramp());

        masks.UpdateAfter(End);

        Assert.That(Masked(masks), Is.EqualTo(Enumerable.Range(0, 34).Concat(Enumerable.Range(36, 15))));
        Assert.That(masks.Guarded, Is.EqualTo(1));
    }

    [Test]
    public void What_lies_on_the_threshold_goes()
    {
        using var masks = new MaskSet(
            Program(PruningMethod.GradualThreshold, options => options with { Quantile = 10 }), Options.Gru, Ramp());

        masks.UpdateAfter(End);

        Assert.That(Masked(masks), Is.EqualTo(Enumerable.Range(0, 11)));
    }

    [Test]
    public void A_masked_weight_returns_if_one_update_carries_it_over_the_threshold()
    {
        Tensor flat = Ramp();
        using var masks = new MaskSet(
            Program(PruningMethod.GradualThreshold, options => options with { Quantile = 10 }), Options.Gru, flat);
        masks.UpdateAfter(End - 100);
        masks.Apply();
        flat[2] = 11;
        flat[3] = 1;

        masks.UpdateAfter(End);
        masks.Apply();

        Assert.That(Masked(masks), Does.Not.Contain(2).And.Contain(3));
        Assert.That((flat[2].item<float>(), flat[3].item<float>()), Is.EqualTo((11f, 0f)));
    }

    [Test]
    public void After_the_end_no_weight_returns()
    {
        Tensor flat = Ramp();
        using var masks = new MaskSet(Program(PruningMethod.GradualThreshold), Options.Gru, flat);
        masks.UpdateAfter(End);
        string hash = masks.Hash;
        flat.fill_(1e9f);

        bool updated = masks.UpdateAfter(End + 100);
        masks.Apply();

        Assert.That(updated, Is.False);
        Assert.That(masks.Hash, Is.EqualTo(hash));
    }

    [Test]
    public void A_weight_that_is_not_a_number_stays_to_be_seen([Values] bool threshold)
    {
        Tensor flat = Ramp();
        flat[5] = float.NaN;
        using var masks = new MaskSet(
            Program(threshold ? PruningMethod.GradualThreshold : PruningMethod.GradualCubic, options => options with { Quantile = threshold ? 20 : null }),
            Options.Gru,
            flat);

        masks.UpdateAfter(End);
        masks.Apply();

        Assert.That(float.IsNaN(flat[5].item<float>()));
    }

    [Test]
    public void Random_masks_depend_on_the_seed_and_not_on_the_weights()
    {
        string Hash(long seed, Tensor flat)
        {
            using var masks = new MaskSet(Options.Program(Options.Valid(PruningMethod.Random), seed), Options.Gru, flat);
            masks.UpdateAfter(End);
            return masks.Hash;
        }

        Assert.That(Hash(1, Ramp()), Is.EqualTo(Hash(1, Ramp().neg().flip(0).contiguous())));
        Assert.That(Hash(1, Ramp()), Is.Not.EqualTo(Hash(2, Ramp())));
    }

    [Test]
    public void Random_masks_of_two_matrices_of_one_shape_differ()
    {
        var network = Options.Gru.SetItem(0, Options.Gru[0] with { Columns = 4 });
        using var masks = new MaskSet(
            Options.Program(Options.Valid(PruningMethod.Random) with { Sparsity = 0.5 }, network), network, zeros(130));

        masks.UpdateAfter(End);

        Assert.That(masks.FlatMask.bytes[..48].SequenceEqual(masks.FlatMask.bytes[48..96]), Is.False);
    }

    [Test]
    public void Random_masks_only_shrink([Values] PruningScope scope)
    {
        PruningProgram program = Program(PruningMethod.Random, options => options with { Scope = scope });
        using var masks = new MaskSet(program, Options.Gru, Ramp());
        var before = new HashSet<int>();

        for (long step = 0; step <= End; step++)
        {
            if (!masks.UpdateAfter(step))
                continue;
            int[] masked = Masked(masks);
            Assert.That(before, Is.SubsetOf(masked));
            before = [.. masked];
        }

        Assert.That(before, Has.Count.EqualTo(scope == PruningScope.Global ? 76 : 75));
    }

    [Test]
    public void Random_masks_copy_the_densities_of_another_trial()
    {
        using var source = new MaskSet(
            Program(PruningMethod.GradualThreshold, options => options with { Quantile = 25 }), Options.Gru, Ramp());
        source.UpdateAfter(End);
        PruningProgram program = PruningProgram.Create(
            new() { Method = PruningMethod.Random, DensitiesFrom = "other" },
            Options.Gru,
            new() { Densities = source.Densities() },
            Options.StepsPerEpoch,
            Options.Epochs,
            Options.Steps,
            seed: 1);
        using var random = new MaskSet(program, Options.Gru, Ramp());

        random.UpdateAfter(End);

        Assert.That(random.Densities().Select(density => density.Density), Is.EqualTo(source.Densities().Select(density => density.Density)));
        Assert.That(random.Hash, Is.Not.EqualTo(source.Hash));
    }

    [Test]
    public void Densities_list_every_matrix_and_gate()
    {
        using var masks = new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru, Ramp());

        masks.UpdateAfter(End);

        MatrixDensity[] densities = masks.Densities();
        Assert.That(
            densities.Select(density => (density.Name, density.Rows, density.Columns, density.Density)),
            Is.EqualTo(new[]
            {
                ("layer0.forward.input", 12, 3, 4 / 36.0),
                ("layer0.forward.recurrent", 12, 4, 5 / 48.0),
                ("output.weight", 2, 4, 1.0),
            }));
        Assert.That(densities[0].ByGate, Is.EquivalentTo(new Dictionary<string, double> { ["reset"] = 0, ["update"] = 0, ["candidate"] = 4 / 12.0 }));
        Assert.That(densities[2].ByGate, Is.Empty);
    }

    [Test]
    public void Planned_nonzeros_are_what_the_masks_leave([Values] PruningScope scope, [Values] bool gates)
    {
        PruningOptions options = Options.Valid(PruningMethod.GradualCubic) with
        {
            Scope = scope,
            Sparsity = 0.77,
            Matrices = [ParameterRole.Input, ParameterRole.Recurrent, ParameterRole.Output],
            Overrides = gates ? [new() { Matrix = "*.input", Gate = "reset", Sparsity = 0.3 }] : [],
        };
        using var masks = new MaskSet(Options.Program(options), Options.Gru, Ramp());

        masks.UpdateAfter(End);

        Assert.That(masks.Nonzeros, Is.EqualTo(PruningProgram.PlannedNonzeros(options, Options.Gru)));
    }

    [Test]
    public void A_restored_mask_is_the_saved_one_in_all_that_can_be_asked()
    {
        PruningProgram program = Program(PruningMethod.GradualThreshold, options => options with { Quantile = 50, KeepAtLeast = 0.05 });
        using var saved = new MaskSet(program, Options.Gru, Ramp());
        saved.UpdateAfter(End);
        using var restored = new MaskSet(program, Options.Gru, Ramp());

        restored.Restore(saved.FlatMask.to(ScalarType.Float32));

        Assert.That(
            (restored.Hash, restored.Nonzeros, restored.Sparsity, restored.Guarded),
            Is.EqualTo((saved.Hash, saved.Nonzeros, saved.Sparsity, saved.Guarded)));
        Assert.That(restored.FlatMask.bytes.SequenceEqual(saved.FlatMask.bytes));
    }

    [Test]
    public void The_hash_follows_every_change_of_the_masks()
    {
        using var masks = new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru, Ramp());

        string dense = masks.Hash;
        masks.UpdateAfter(FirstUpdate + 100);
        string sparse = masks.Hash;
        masks.UpdateAfter(End);
        string sparser = masks.Hash;
        masks.Restore(ones(118));

        Assert.That(new[] { dense, sparse, sparser }, Is.Unique);
        Assert.That(masks.Hash, Is.EqualTo(dense));
    }

    [Test]
    public void A_mask_of_another_length_is_refused()
    {
        using var masks = new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru, Ramp());

        Assert.That(() => masks.Restore(ones(117)), Throws.ArgumentException.With.Message.Contains("117"));
    }

    [Test]
    public void A_mask_that_takes_what_is_never_pruned_is_refused()
    {
        using var masks = new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru, Ramp());
        Tensor bad = ones(118);
        bad[90] = 0;

        Assert.That(() => masks.Restore(bad), Throws.ArgumentException.With.Message.Contains("1 parameters"));
        Assert.That(masks.Nonzeros, Is.EqualTo(118));
    }

    [Test]
    public void Parameters_of_another_type_or_length_are_refused()
    {
        Assert.That(() => new MaskSet(PruningProgram.Dense, Options.Gru, zeros(117)), Throws.ArgumentException);
        Assert.That(() => new MaskSet(PruningProgram.Dense, Options.Gru, zeros(118, ScalarType.Float64)), Throws.ArgumentException);
    }

    [Test]
    public void A_program_for_another_network_is_refused() =>
        Assert.That(
            () => new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru.RemoveAt(1), zeros(70)),
            Throws.ArgumentException.With.Message.Contains("layer0.forward.recurrent"));

    [Test]
    public void Masks_outlive_the_dispose_scope_in_which_they_were_made()
    {
        Tensor flat = Ramp();
        MaskSet masks;
        using (NewDisposeScope())
            masks = new MaskSet(Program(PruningMethod.GradualCubic), Options.Gru, flat);

        using (masks)
        {
            masks.UpdateAfter(End);
            masks.Apply();

            Assert.That(flat.count_nonzero().item<long>(), Is.EqualTo(118 - 75));
        }
    }

    private static PruningProgram Program(PruningMethod method, Func<PruningOptions, PruningOptions>? change = null) =>
        Options.Program((change ?? (options => options))(Options.Valid(method)));

    /// <summary>Magnitudes 0, 1, 2 … over all 118 parameters, every other one negative.</summary>
    private static Tensor Ramp() => tensor([.. Enumerable.Range(0, 118).Select(i => i % 2 == 0 ? (float)i : -i)]);

    private static int[] Masked(MaskSet masks)
    {
        byte[] mask = masks.FlatMask.bytes.ToArray();
        return [.. Enumerable.Range(0, mask.Length).Where(i => mask[i] == 0)];
    }
}
