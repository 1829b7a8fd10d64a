using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Tests.Reports.Wording;

internal sealed class NumbersTests
{
    [TestCase(0.12345, 2, "0.12")]
    [TestCase(-0.5, 1, "−0.5")]
    [TestCase(-0.001, 2, "0.00")]
    [TestCase(1234567.8, 0, "1,234,568")]
    [TestCase(double.NaN, 2, "–")]
    public void Fixed_numbers_have_a_true_minus_and_no_negative_zero(double value, int decimals, string expected) =>
        Assert.That(Numbers.Fixed(value, decimals), Is.EqualTo(expected));

    [TestCase(0.2, "+0.20")]
    [TestCase(-0.2, "−0.20")]
    [TestCase(0.001, "0.00")]
    public void Signed_numbers_show_their_sign_unless_they_are_zero(double value, string expected) =>
        Assert.That(Numbers.Signed(value, 2), Is.EqualTo(expected));

    [TestCase(0.03125, "0.031")]
    [TestCase(0.0995, "0.10")]
    [TestCase(0.0004, "< 0.001")]
    [TestCase(1, "1.00")]
    public void P_have_two_digits_that_matter(double p, string expected) => Assert.That(Plain(Numbers.P(p)), Is.EqualTo(expected));

    [TestCase(9.596, "9.6×")]
    [TestCase(1.018, "1.02×")]
    [TestCase(0.43, "0.43×")]
    [TestCase(23.4, "23.4×")]
    [TestCase(140.4, "140×")]
    public void Ratios_have_the_digits_that_matter(double ratio, string expected) => Assert.That(Numbers.Times(ratio), Is.EqualTo(expected));

    [TestCase(950, "950 B")]
    [TestCase(22_700, "22.7 kB")]
    [TestCase(2_810_000, "2.81 MB")]
    [TestCase(null, "–")]
    public void Bytes_are_decimal(double? bytes, string expected) => Assert.That(Plain(Numbers.Bytes(bytes)), Is.EqualTo(expected));

    [TestCase(57.52, "57.5 s")]
    [TestCase(402, "6.7 min")]
    [TestCase(10_800, "3.0 h")]
    public void Seconds_grow_into_minutes_and_hours(double seconds, string expected) =>
        Assert.That(Plain(Numbers.Seconds(seconds)), Is.EqualTo(expected));

    private static string Plain(string text) => text.Replace('\u00a0', ' ');
}
