using CsCheck;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Tests.Sweeps.Syntax;

internal sealed class JsonSyntaxTests
{
    [TestCase("\n")]
    [TestCase("\r\n")]
    [TestCase("\r")]
    public void Every_value_is_found_again_at_its_place(string lineEnd)
    {
        string text = File.ReadAllText(Samples.PathOf("digits-ctc.json")).Replace("\n", lineEnd, StringComparison.Ordinal);
        string[] lines = text.Split(lineEnd);

        foreach (Node node in Inside(Parse(text)))
        {
            string there = lines[node.Place.Line - 1][(node.Place.Column - 1)..];
            string expected = node switch { ObjectNode => "{", ListNode => "[", _ => node.Text.TrimEnd('0').TrimEnd('.') };
            Assert.That(there, Does.StartWith(expected), node.Place.ToString());
        }
    }

    [Test]
    public void Every_path_leads_to_its_value()
    {
        string text = File.ReadAllText(Samples.PathOf("digits-ctc.json"));
        JToken json = JToken.Parse(text);

        foreach (ScalarNode node in Inside(Parse(text)).OfType<ScalarNode>())
            Assert.That(json.SelectToken(node.Place.Path)?.ToString(), Is.EqualTo(node.Value?.ToString()), node.Place.Path);
    }

    [Test]
    public void Numbers_are_read_as_JSON_defines_them() =>
        Gen.String[Gen.Char["0123456789-+.eE"], 1, 6].Sample(text =>
        {
            var errors = new ErrorSink("test");
            bool isNumber = JsonSyntax.Parse(text, errors) is ScalarNode { Value: long or double } && errors.IsEmpty;
            return isNumber == IsNumber(text);
        });

    /// <summary>The grammar of RFC 8259, as .NET's own reader knows it, but for numbers that are too large.</summary>
    private static bool IsNumber(string text)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(text);
            return double.IsFinite(document.RootElement.GetDouble());
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static Node Parse(string text)
    {
        var errors = new ErrorSink("test");
        Node? node = JsonSyntax.Parse(text, errors);
        Assert.That(errors.Errors, Is.Empty);
        return node!;
    }

    private static IEnumerable<Node> Inside(Node node) => node switch
    {
        ObjectNode json => json.Members.SelectMany(member => Inside(member.Value)).Prepend(node),
        ListNode list => list.Items.SelectMany(Inside).Prepend(node),
        _ => [node],
    };
}
