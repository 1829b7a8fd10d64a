using Orchestrator.Execution;

namespace Orchestrator.Tests.Execution;

internal sealed class ShownTests
{
    [TestCase("runs/tiny-1", "runs/tiny-1")]
    [TestCase("my runs", "'my runs'")]
    [TestCase("it's", "'it'\\''s'")]
    [TestCase("", "''")]
    public void An_argument_is_quoted_where_a_shell_needs_it(string text, string expected) =>
        Assert.That(Shown.Argument(text), Is.EqualTo(expected));

    [Test]
    public void A_path_is_relative_only_within_the_working_folder()
    {
        Assert.That(Shown.Path(Path.Combine(Environment.CurrentDirectory, "a", "b")), Is.EqualTo(Path.Combine("a", "b")));
        Assert.That(Shown.Path("/elsewhere"), Is.EqualTo("/elsewhere"));
    }
}
