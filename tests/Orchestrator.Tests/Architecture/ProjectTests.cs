using System.Xml.Linq;

namespace Orchestrator.Tests.Architecture;

/// <summary>Project files: who references what.</summary>
internal sealed class ProjectTests
{
    [TestCase("Models/Models.csproj", "")]
    [TestCase("Experiments/Experiments.csproj", "Models")]
    [TestCase("Actors/Actors.csproj", "Experiments")]
    [TestCase("Orchestrator/Orchestrator.csproj", "Actors")]
    [TestCase("tests/Models.Tests/Models.Tests.csproj", "Models")]
    [TestCase("tests/Experiments.Tests/Experiments.Tests.csproj", "Experiments")]
    [TestCase("tests/Actors.Tests/Actors.Tests.csproj", "Actors")]
    [TestCase("tests/Orchestrator.Tests/Orchestrator.Tests.csproj", "Orchestrator")]
    [TestCase("tests/EndToEnd.Tests/EndToEnd.Tests.csproj", "Orchestrator")]
    public void A_project_references_its_neighbour_below_and_no_other(string project, string expected)
    {
        string[] references = [.. Elements(project, "ProjectReference").Select(Name)];

        Assert.That(references, Is.EqualTo(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Test]
    public void Only_actors_and_what_is_above_them_take_Akka_packages()
    {
        string[] projects =
        [
            .. Repository.Files("*.csproj").Where(project =>
                Elements(project, "PackageReference").Any(package => Include(package).StartsWith("Akka", StringComparison.Ordinal))),
        ];

        Assert.That(projects, Does.Contain("Actors/Actors.csproj"));
        Assert.That(projects, Has.None.StartsWith("Models/").And.None.StartsWith("Experiments/"));
    }

    [Test]
    public void Versions_of_packages_stand_in_one_file_and_are_exact()
    {
        string[] versioned = [.. Repository.Files("*.csproj").Where(project => Elements(project, "PackageReference").Any(package => package.Attribute("Version") is not null))];
        string[] versions = [.. Elements("Directory.Packages.props", "PackageVersion").Select(package => package.Attribute("Version")!.Value)];

        Assert.That(versioned, Is.Empty);
        Assert.That(versions, Is.Not.Empty.And.All.Match(@"^\[[^,]+\]$"));
    }

    [Test]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Read("Orchestrator.sln").Replace('\\', '/');

        Assert.That(Repository.Files("*.csproj").Where(project => !solution.Contains(project, StringComparison.Ordinal)), Is.Empty);
    }

    private static IEnumerable<XElement> Elements(string project, string name) => XDocument.Parse(Repository.Read(project)).Descendants(name);

    private static string Include(XElement reference) => reference.Attribute("Include")!.Value;

    private static string Name(XElement reference) => Path.GetFileNameWithoutExtension(Include(reference).Replace('\\', '/'));
}
