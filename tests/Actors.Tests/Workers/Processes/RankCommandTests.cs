using Orchestrator.Actors.Workers.Processes;

namespace Orchestrator.Actors.Tests.Workers.Processes;

internal sealed class RankCommandTests
{
    [TestCase("/usr/bin/dotnet", "/app/orchestrator.dll", "/usr/bin/dotnet", "/app/orchestrator.dll rank")]
    [TestCase("/app/orchestrator", "/app/orchestrator.dll", "/app/orchestrator", "rank")]
    [TestCase("/opt/my tools/orchestrator", "orchestrator", "/opt/my tools/orchestrator", "rank")]
    public void A_rank_is_started_as_this_program_was(string process, string first, string file, string arguments)
    {
        RankCommand command = RankCommand.Of(process, first);

        Assert.That((command.File, string.Join(' ', command.Arguments)), Is.EqualTo((file, arguments)));
    }
}
