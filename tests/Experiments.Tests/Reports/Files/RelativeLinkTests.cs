using Orchestrator.Experiments.Reports.Files;

namespace Orchestrator.Experiments.Tests.Reports.Files;

internal sealed class RelativeLinkTests
{
    [TestCase("../trials/gradual 90 %/0", "../trials/gradual%2090%20%25/0")]
    [TestCase("javascript:alert(1)", "javascript%3Aalert%281%29")]
    [TestCase("//host/x?y#z", "host/x%3Fy%23z")]
    public void A_link_can_only_be_relative(string path, string expected) =>
        Assert.That(RelativeLink.Of(path), Is.EqualTo(expected));
}
