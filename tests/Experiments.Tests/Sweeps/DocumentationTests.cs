using System.Text.RegularExpressions;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Tests.Sweeps;

internal sealed partial class DocumentationTests
{
    private const string Mark = "<!-- Generated from here on: UPDATE_GOLDEN=1 dotnet test tests/Experiments.Tests -->\n\n";

    private static readonly string Page = Path.Combine(Samples.Root, "docs", "sweeps.md");

    [Test]
    public void The_reference_is_the_one_that_the_code_writes()
    {
        string text = File.ReadAllText(Page);
        int mark = text.IndexOf(Mark, StringComparison.Ordinal);
        Assert.That(mark, Is.Positive);

        Golden.Match(Page, text[..(mark + Mark.Length)] + ReferenceWriter.Write());
    }

    [Test]
    public void Every_sweep_on_the_page_can_be_planned()
    {
        string[] sweeps = [.. Sweep().Matches(File.ReadAllText(Page)).Select(match => match.Groups[1].Value)];

        Assert.That(sweeps, Has.Length.GreaterThanOrEqualTo(2));
        foreach (string text in sweeps)
            Assert.That(() => SweepLoader.Parse("docs/sweeps.md", text, DataRoot.None), Throws.Nothing);
    }


    [GeneratedRegex("```jsonc\\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Sweep();
}
