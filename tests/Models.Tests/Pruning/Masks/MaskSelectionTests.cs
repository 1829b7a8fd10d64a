using System.Collections.Immutable;
using CsCheck;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Criteria;
using Orchestrator.Models.Pruning.Masks;
using static TorchSharp.torch;

namespace Orchestrator.Models.Tests.Pruning.Masks;

/// <summary>Against sorting, on weights with many ties.</summary>
internal sealed class MaskSelectionTests
{
    private static readonly Gen<float[][]> Weights =
        Gen.OneOf(Gen.Int[-3, 3].Select(value => (float)value), Gen.Float[-1, 1]).Array[1, 40].Array[1, 4];

    [Test]
    public void The_largest_stay_and_of_equals_the_first() =>
        Check<MagnitudeKeys>((blocks, keys, count) =>
        {
            MaskSelection<MagnitudeKeys>.KeepGuarded(blocks, count);

            var expected = keys.OrderByDescending(key => key.Key).ThenBy(key => key.Block).ThenBy(key => key.Index).Take((int)count);
            Assert.That(Kept(blocks, keys), Is.EquivalentTo(expected));
        });

    [Test]
    public void Random_keys_are_selected_alike() =>
        Check<RandomKeys>((blocks, keys, count) =>
        {
            MaskSelection<RandomKeys>.KeepGuarded(blocks, count);

            var expected = keys.OrderByDescending(key => key.Key).ThenBy(key => key.Block).ThenBy(key => key.Index).Take((int)count);
            Assert.That(Kept(blocks, keys), Is.EquivalentTo(expected));
        });

    [Test]
    public void With_a_guard_the_total_is_exact_and_only_guarded_blocks_keep_less_than_others_give_up() =>
        Check<MagnitudeKeys>(
            (blocks, keys, count) =>
            {
                MaskSelection<MagnitudeKeys>.KeepGuarded(blocks, count);

                Ranked[] kept = Kept(blocks, keys);
                Assert.That(kept, Has.Length.EqualTo(Math.Max(count, blocks.Sum(block => block.Floor))));
                Assert.That(Array.TrueForAll(blocks, block => block.Kept >= block.Floor));
                Ranked[] dropped = [.. keys.Except(kept)];
                Assert.That(dropped, Has.All.Matches<Ranked>(gone => kept.All(stays =>
                    stays.Key >= gone.Key || (stays.Block != gone.Block && blocks[stays.Block].Kept == blocks[stays.Block].Floor))));
            },
            keepAtLeast: 0.3);

    [Test]
    public void A_threshold_keeps_what_is_above_it() =>
        Gen.Select(Weights, Gen.Double[0, 1.5]).Sample(
            (weights, threshold) =>
            {
                using Blocks blocks = new(weights, keepAtLeast: 0);

                MaskSelection<MagnitudeKeys>.KeepAbove(blocks.All[0], MagnitudeKeys.Below(threshold));

                Assert.That(
                    blocks.All[0].Mask.ToArray(), Is.EqualTo(weights[0].Select(weight => Math.Abs((double)weight) > threshold ? 1 : 0)));
            },
            threads: 1);

    [TestCase(0.1, Description = "the nearest float is larger")]
    [TestCase(0.3)]
    [TestCase(0.5)]
    [TestCase(0)]
    [TestCase(1e-50)]
    public void The_key_of_a_threshold_parts_the_floats_as_the_threshold_does(double threshold)
    {
        float near = (float)threshold;
        float[] floats = [MathF.Abs(MathF.BitDecrement(near)), near, MathF.BitIncrement(near), -MathF.BitIncrement(near)];

        Assert.That(
            floats.Select(value => MagnitudeKeys.Of(value) > MagnitudeKeys.Below(threshold)),
            Is.EqualTo(floats.Select(value => Math.Abs((double)value) > threshold)));
    }

    private static void Check<TKeys>(Action<MaskedBlock[], Ranked[], long> act, double keepAtLeast = 0)
        where TKeys : struct, IWeightKeys =>
        Gen.Select(Weights, Gen.Double[0, 1]).Sample(
            (weights, share) =>
            {
                using Blocks blocks = new(weights, keepAtLeast);
                Ranked[] keys =
                [
                    .. blocks.All.SelectMany((block, b) => Enumerable.Range(0, block.Weights.Length)
                        .Select(i => new Ranked(b, i, TKeys.At(block.Weights, block.Seed, i)))),
                ];

                act(blocks.All, keys, KeptWeights.Of(keys.Length, share));
            },
            threads: 1);

    private static Ranked[] Kept(MaskedBlock[] blocks, Ranked[] keys) => [.. keys.Where(key => blocks[key.Block].Mask[key.Index] == 1)];

    private readonly record struct Ranked(int Block, int Index, uint Key);

    /// <summary>Blocks of one row each, side by side in one tensor.</summary>
    private sealed class Blocks : IDisposable
    {
        private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

        public Blocks(float[][] weights, double keepAtLeast)
        {
            ImmutableArray<PrunedBlock> blocks =
                [.. weights.Select((row, index) => new PrunedBlock($"matrix{index}", null, 0, 1, row.Length, 0, 0))];
            PruningProgram program = new() { Blocks = blocks, KeepAtLeast = keepAtLeast };
            Tensor flat = tensor([.. weights.SelectMany(row => row)]);
            Tensor mask = ones(flat.numel(), ScalarType.Bool);
            long offset = 0;
            All = new MaskedBlock[blocks.Length];
            for (int i = 0; i < blocks.Length; i++)
            {
                All[i] = new MaskedBlock(program, blocks[i], flat, mask, offset);
                offset += blocks[i].Count;
            }
        }

        public MaskedBlock[] All { get; }

        public void Dispose()
        {
            foreach (MaskedBlock block in All)
                block.Dispose();
            _scope.Dispose();
        }
    }
}
