using Orchestrator.Actors.Workers;
using Orchestrator.Execution;

namespace Orchestrator.Tests.Execution;

internal sealed class TransportNamesTests
{
    [Test]
    public void Every_transport_has_a_name_by_which_it_is_found([Values] GangTransport transport) =>
        Assert.That(TransportNames.Find(TransportNames.Of(transport)), Is.EqualTo(transport));

    [TestCase("TCP")]
    [TestCase("")]
    [TestCase("Tcp ")]
    public void Another_name_is_none(string name) => Assert.That(TransportNames.Find(name), Is.Null);
}
