using Orchestrator.Tests.Architecture;

namespace Orchestrator.Tests.Commands;

internal sealed class CommandReferenceTests
{
    private const string Page = "docs/commands.md";

    [Test]
    public void The_reference_of_commands_is_up_to_date()
    {
        string written = CommandReference.Write();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(Path.Combine(Repository.Root, Page), written);

        Assert.That(Repository.Read(Page), Is.EqualTo(written));
    }
}
