using CsCheck;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Tests.Networks;

internal sealed class RowBlocksTests
{
    [Test]
    public void Blocks_fall_to_a_small_rest_and_never_below_the_size_that_keeps_the_bits() =>
        Gen.Int[1, 20_000].Sample(rows =>
        {
            int[] blocks = [.. RowBlocks.Falling(rows)];
            return blocks.Sum() == rows
                && (rows < RowBlocks.RowsMin || blocks.All(block => block >= RowBlocks.RowsMin))
                && blocks[^1] < 2 * RowBlocks.RowsMin;
        });

    [Test]
    public void Each_block_is_half_of_what_is_left() =>
        Assert.That(RowBlocks.Falling(1536), Is.EqualTo(new[] { 768, 384, 192, 192 }));
}
