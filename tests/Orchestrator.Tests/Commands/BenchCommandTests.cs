using Newtonsoft.Json.Linq;
using Orchestrator.Commands;

namespace Orchestrator.Tests.Commands;

internal sealed class BenchCommandTests
{
    private static readonly string[] Quick =
        ["bench", "allreduce", "--transport", "in-process", "--sizes", "8,4KiB", "--milliseconds", "1", "--unbound"];

    [Test]
    public async Task The_table_names_what_ran_and_how_fast_it_was()
    {
        Typed typed = await Typed.RunAsync([.. Quick, "--algorithm", "ring,auto", "--world-size", "2,3"]);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.Done), typed.Error);
        Assert.That(typed.Out, Does.Contain("in-process, 2 ranks").And.Contain("in-process, 3 ranks"));
        Assert.That(typed.Out, Does.Contain("busbw").And.Contain("predicted"));
        Assert.That(typed.Out.Split('\n').Count(line => line.StartsWith("ring ", StringComparison.Ordinal)), Is.EqualTo(4));
        Assert.That(typed.Out.Split('\n').Count(line => line.StartsWith("auto ", StringComparison.Ordinal)), Is.EqualTo(4));
    }

    [Test]
    public async Task Machines_get_the_same_in_numbers()
    {
        Typed typed = await Typed.RunAsync([.. Quick, "--algorithm", "direct", "--type", "float64", "--op", "max", "--json"]);

        JArray points = JArray.Parse(typed.Out);
        Assert.That(points.Select(point => (long)point["bytes"]!), Is.EqualTo(new[] { 8L, 4096 }));
        Assert.That(points.Select(point => (string?)point["algorithm"]), Is.All.EqualTo("direct"));
        Assert.That((string?)points[1]["type"], Is.EqualTo("float64"));
        Assert.That((string?)points[1]["op"], Is.EqualTo("max"));
        Assert.That((long)points[1]["count"]!, Is.EqualTo(512));
        Assert.That((long)points[1]["wrong"]!, Is.Zero);
        Assert.That((double)points[1]["singleSeconds"]!, Is.Positive);
        Assert.That((double)points[1]["busBandwidth"]!, Is.EqualTo((double)points[1]["algorithmBandwidth"]!).Within(1e-6), "two ranks");
    }

    [TestCase("--algorithm", "rings", "`ring`")]
    [TestCase("--transport", "carrier-pigeon", "`shared-memory`")]
    [TestCase("--world-size", "0", "from 1 to 64")]
    [TestCase("--sizes", "4KiB,7", "multiples of 8 bytes")]
    [TestCase("--sizes", "2GiB", "up to 1 GiB")]
    [TestCase("--type", "float8", "`bfloat16`")]
    [TestCase("--op", "product", "`sum`")]
    [TestCase("--milliseconds", "fast", "a whole number")]
    public async Task What_is_not_understood_is_told_with_what_is_allowed(string option, string value, string expected)
    {
        Typed typed = await Typed.RunAsync("bench", "allreduce", option, value);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Error, Does.Contain($"`{option}`").And.Contain(expected));
    }
}
