using Orchestrator.Execution;

namespace Orchestrator.Tests.Execution;

internal sealed class ByteSizesTests
{
    [TestCase("0", 0)]
    [TestCase("4096", 4096)]
    [TestCase("4KiB", 4096)]
    [TestCase("4 kib", 4096)]
    [TestCase("4K", 4096)]
    [TestCase("1.5MiB", 1_572_864)]
    [TestCase("100MB", 100_000_000)]
    [TestCase("1G", 1L << 30)]
    [TestCase("8 B", 8)]
    public void Sizes_are_read_as_people_write_them(string text, long expected)
    {
        bool isOne = ByteSizes.TryParse(text, out long bytes);

        Assert.That((isOne, bytes), Is.EqualTo((true, expected)));
    }

    [TestCase("")]
    [TestCase("KiB")]
    [TestCase("-1")]
    [TestCase("1e3")]
    [TestCase("0.3B")]
    [TestCase("9999999999GiB")]
    [TestCase("4XB")]
    public void What_is_no_number_of_bytes_is_refused(string text) =>
        Assert.That(ByteSizes.TryParse(text, out _), Is.False);

    [TestCase(0, "0 B")]
    [TestCase(1000, "1000 B")]
    [TestCase(4096, "4 KiB")]
    [TestCase(1_572_864, "1536 KiB")]
    [TestCase(1L << 30, "1 GiB")]
    public void A_size_is_shown_in_the_largest_unit_that_leaves_it_whole(long bytes, string expected) =>
        Assert.That(ByteSizes.Text(bytes), Is.EqualTo(expected));
}
