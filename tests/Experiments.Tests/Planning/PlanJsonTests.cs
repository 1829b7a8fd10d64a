using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Tests.Sweeps;

namespace Orchestrator.Experiments.Tests.Planning;

internal sealed class PlanJsonTests
{
    [TestCaseSource(typeof(Samples), nameof(Samples.Names))]
    public void A_plan_comes_back_as_it_was(string name)
    {
        Plan plan = Samples.Plan(name);

        Plan read = PlanJson.Read(PlanJson.Write(plan));

        Assert.That(PlanJson.Write(read), Is.EqualTo(PlanJson.Write(plan)));
        Assert.That(read.Trials, Is.EqualTo(plan.Trials));
        Assert.That(read.Hash, Is.EqualTo(plan.Hash));
        Assert.That(read.Cells.Select(cell => (cell.Name, cell.Length, cell.Shape, cell.PlannedNonzeros)), Is.EqualTo(plan.Cells.Select(cell => (cell.Name, cell.Length, cell.Shape, cell.PlannedNonzeros))));
    }

    [Test]
    public void An_altered_value_is_noticed()
    {
        string altered = Written().Replace("\"hiddenSize\": 40", "\"hiddenSize\": 41", StringComparison.Ordinal);

        Assert.That(() => PlanJson.Read(altered), Throws.TypeOf<InvalidDataException>().With.Message.Contains("altered"));
    }

    [Test]
    public void A_newer_format_is_named()
    {
        string newer = Written().Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal);

        Assert.That(() => PlanJson.Read(newer), Throws.TypeOf<InvalidDataException>().With.Message.Contains("newer"));
    }

    [TestCase("plan.surprise", "1")]
    [TestCase("plan.cells[0].surprise", "1")]
    [TestCase("plan.cells[0].configuration.data.kind", "\"nowhere\"")]
    [TestCase("plan.cells[0].configuration.network.hiddenSize", "0")]
    [TestCase("plan.cells[0].control", "99")]
    [TestCase("plan.trials[0].cell", "99")]
    [TestCase("plan.trials[0].id", "\"../../escape\"")]
    [TestCase("plan.trials[0].quantileSource", "\"none\"")]
    [TestCase("plan.name", "\"../escape\"")]
    [TestCase("digest", "\"\"")]
    [TestCase("format", "\"x\"")]
    public void A_member_that_cannot_be_is_refused(string path, string value)
    {
        JObject document = JObject.Parse(Written());
        int last = path.LastIndexOf('.');
        ((JObject)document.SelectToken(last < 0 ? "$" : path[..last])!)[path[(last + 1)..]] = JToken.Parse(value);

        Assert.That(() => PlanJson.Read(document.ToString(Formatting.Indented)), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_text_that_is_cut_off_is_refused()
    {
        string text = Written();

        for (int length = 0; length < text.TrimEnd().Length; length += 97)
            Assert.That(() => PlanJson.Read(text[..length]), Throws.TypeOf<InvalidDataException>(), $"{length}");
    }

    private static string Written() => PlanJson.Write(Samples.Plan("quickstart.json"));
}
