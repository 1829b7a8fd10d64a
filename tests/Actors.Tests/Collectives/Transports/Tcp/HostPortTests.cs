using CsCheck;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

internal sealed class HostPortTests
{
    private static readonly string[] Hosts = ["127.0.0.1", "node-3.cluster.local", "fe80::1", "::1", "a_b"];

    private static readonly Gen<HostPort> Places = Gen.Select(
        Gen.Int[0, 4], Gen.Int[1, 65535], (host, port) => new HostPort(Hosts[host], port));

    [Test]
    public void A_list_is_read_as_it_was_written()
    {
        Places.Array[1, HostPort.ListMax].Sample(
            list => HostPort.TryParseList(HostPort.Write(list), out HostPort[] back) && back.AsSpan().SequenceEqual(list));
    }

    [TestCase("")]
    [TestCase("host")]
    [TestCase(":80")]
    [TestCase("host:")]
    [TestCase("host:0")]
    [TestCase("host:65536")]
    [TestCase("host:-1")]
    [TestCase("host:+1")]
    [TestCase("ho st:80")]
    [TestCase("host:80,")]
    [TestCase("::1:80")]
    [TestCase("[::1:80")]
    [TestCase("[127.0.0.1]:80")]
    [TestCase("host:80;other:81")]
    [TestCase("a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1,a:1")]
    public void Anything_else_is_refused(string text) => Assert.That(HostPort.TryParseList(text, out _), Is.False);

    [Test]
    public void Any_text_is_a_list_or_none_but_no_exception()
    {
        Gen<string> texts = Gen.OneOf(Gen.String, Gen.String[Gen.Char["[]:.,-0123456789abf"], 0, 60]);
        texts.Sample(
            text => !HostPort.TryParseList(text, out HostPort[] list) || list.All(place => place.Port is > 0 and <= 65535 && place.Host.Length <= 255),
            iter: 100_000);
    }
}
