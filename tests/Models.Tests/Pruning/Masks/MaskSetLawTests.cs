using CsCheck;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Criteria;
using Orchestrator.Models.Pruning.Masks;
using Orchestrator.Models.Pruning.Schedules;
using Orchestrator.Models.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Orchestrator.Models.Tests.Pruning.Masks;

/// <summary>What holds for every method, optimizer and scope, with libtorch's optimizers.</summary>
[TestFixtureSource(nameof(All))]
internal sealed class MaskSetLawTests(PruningMethod method, OptimizerKind optimizer, PruningScope scope)
{
    private const int Samples = 5;

    private static readonly TestFixtureData[] All =
    [
        .. from method in Enum.GetValues<PruningMethod>().Where(method => method != PruningMethod.None)
           from optimizer in Enum.GetValues<OptimizerKind>()
           from scope in Enum.GetValues<PruningScope>()
           select new TestFixtureData(method, optimizer, scope),
    ];

    [Test]
    public void After_every_step_masked_weights_are_zero_to_the_bit_and_the_others_untouched() => Each((program, seed) =>
    {
        using MaskedTraining training = New(program, seed);
        while (training.Step < MaskedTraining.Steps)
        {
            training.Optimize();
            int[] before = training.Bits.ToArray();
            training.Masks.UpdateAfter(training.Step);
            training.Masks.Apply();

            int[] expected = [.. before.Select((bits, i) => training.Mask[i] == 1 ? bits : 0)];
            Assert.That(training.Bits.SequenceEqual(expected), $"step {training.Step}");
        }
    });

    [Test]
    public void Masks_change_only_where_the_program_says_and_never_after_its_end() => Each((program, seed) =>
    {
        using MaskedTraining training = New(program, seed);
        while (training.Step < MaskedTraining.Steps)
        {
            string before = training.Masks.Hash;
            training.Optimize();
            bool updated = training.Masks.UpdateAfter(training.Step);
            training.Masks.Apply();

            Assert.That(updated, Is.EqualTo(program.UpdateAfter(training.Step) is not null));
            Assert.That(updated, Is.False.Or.EqualTo(training.Step <= program.End));
            if (!updated)
                Assert.That(training.Masks.Hash, Is.EqualTo(before));
        }
    });

    [Test]
    public void The_guard_holds_and_counts_are_exact() => Each((program, seed) =>
    {
        using MaskedTraining training = New(program, seed);
        long all = Options.Gru.Sum(parameter => parameter.Count);
        while (training.Step < MaskedTraining.Steps)
        {
            training.StepOnce();

            long[] kept = [.. program.Blocks.Select(block => KeptIn(training, block))];
            Assert.That(kept.Zip(program.Blocks), Has.All.Matches<(long Kept, PrunedBlock Block)>(
                pair => pair.Kept >= KeptWeights.Floor(pair.Block.Count, program.KeepAtLeast)));
            Assert.That(training.Masks.Nonzeros, Is.EqualTo(all - program.Blocks.Sum(block => block.Count) + kept.Sum()));
            if (program.UpdateAfter(training.Step) is MaskUpdate.Sparsities sparsities)
                Assert.That(kept.Sum(), Is.EqualTo(ExpectedTotal(program, sparsities)));
        }
    });

    [Test]
    public void Ranks_with_equal_weights_have_equal_masks() => Each((program, seed) =>
    {
        using MaskedTraining training = New(program, seed);
        using Tensor copy = training.Flat.detach().clone();
        using var other = new MaskSet(program, Options.Gru, copy);
        other.UpdateAfter(0);
        while (training.Step < MaskedTraining.Steps)
        {
            training.Optimize();
            training.Flat.bytes.CopyTo(copy.bytes);
            training.Masks.UpdateAfter(training.Step);
            other.UpdateAfter(training.Step);
            training.Masks.Apply();

            Assert.That(other.Hash, Is.EqualTo(training.Masks.Hash));
        }
    });

    [Test]
    public void A_training_that_is_resumed_from_any_step_ends_bitwise_the_same() => Each((program, seed) =>
    {
        using MaskedTraining whole = New(program, seed);
        long stop = 1 + (seed % (MaskedTraining.Steps - 1));
        while (whole.Step < stop)
            whole.StepOnce();
        var saved = whole.Save();
        while (whole.Step < MaskedTraining.Steps)
            whole.StepOnce();

        using MaskedTraining resumed = New(program, seed);
        resumed.Load(saved, stop);
        while (resumed.Step < MaskedTraining.Steps)
            resumed.StepOnce();

        Assert.That(resumed.Masks.Hash, Is.EqualTo(whole.Masks.Hash));
        Assert.That(resumed.Bits.SequenceEqual(whole.Bits));
    });

    private void Each(Action<PruningProgram, long> law) =>
        Gen.Select(Gen.Double[0.3, 0.95], Gen.OneOf(0.0, 0.04, 0.3), Gen.Long[0, 999], Gen.Int[0, 1]).Sample(
            (sparsity, keepAtLeast, seed, gates) =>
            {
                using DisposeScope tensors = NewDisposeScope();
                law(Program(sparsity, Math.Min(keepAtLeast, 1 - sparsity), seed, gates == 1), seed);
            },
            iter: Samples,
            threads: 1);

    private PruningProgram Program(double sparsity, double keepAtLeast, long seed, bool gates)
    {
        var options = new PruningOptions
        {
            Method = method,
            Scope = scope,
            Sparsity = sparsity,
            KeepAtLeast = keepAtLeast,
            Quantile = method == PruningMethod.GradualThreshold ? 3 * sparsity : null,
            Interval = 3,
            Overrides = gates ? [new() { Matrix = "*.recurrent", Gate = "update", Prune = false }] : [],
        };
        return PruningProgram.Create(
            options,
            Options.Gru,
            PruningSources.None,
            MaskedTraining.StepsPerEpoch,
            MaskedTraining.Epochs,
            MaskedTraining.Steps,
            seed);
    }

    private MaskedTraining New(PruningProgram program, long seed) => new(program, Options.Gru, optimizer, seed);

    private static long ExpectedTotal(PruningProgram program, MaskUpdate.Sparsities sparsities) => KeptWeights.OfAll(
        [.. program.Blocks.Zip(sparsities.ByBlock, (block, sparsity) => block with { Sparsity = sparsity })],
        program.Scope,
        program.KeepAtLeast);

    private static long KeptIn(MaskedTraining training, PrunedBlock block)
    {
        int offset = block.Matrix == Options.Gru[0].Name ? 0 : (int)Options.Gru[0].Count;
        return MaskedBlock.Count(training.Mask.Slice(offset + (block.FirstRow * block.Columns), (int)block.Count));
    }
}
