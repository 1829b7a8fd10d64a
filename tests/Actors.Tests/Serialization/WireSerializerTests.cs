using System.Reflection;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using CsCheck;
using Newtonsoft.Json;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Metrics;
using Orchestrator.Actors.Pruning;
using Orchestrator.Actors.Serialization;
using Orchestrator.Actors.Workers;

namespace Orchestrator.Actors.Tests.Serialization;

internal sealed class WireSerializerTests : ActorTest
{
    private static readonly Type[] Protocols =
        [typeof(SweepProtocol), typeof(RendezvousProtocol), typeof(WorkerProtocol), typeof(PruningProtocol), typeof(MetricsProtocol)];

    private static readonly Type[] Messages =
    [
        .. typeof(IWireMessage).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(IWireMessage)) && !type.IsInterface),
    ];

    private static IEnumerable<Type> PlainMessages => Messages.Where(type => type != typeof(WorkerProtocol.StartRank));

    private WireSerializer Wire => new((ExtendedActorSystem)Sys);

    [Test]
    public void Every_message_has_one_manifest_and_every_manifest_a_message()
    {
        Assert.That(Wire.Forms.Select(form => form.Type), Is.EquivalentTo(Messages));
        Assert.That(Wire.Forms.Select(form => form.Manifest), Is.Unique.And.All.Match(@"^[a-z]+\.[a-z-]+\.\d+$"));
    }

    [Test]
    public void What_a_protocol_holds_travels_or_says_that_it_does_not()
    {
        Type[] local = [typeof(SweepProtocol.IEffect), typeof(SweepProtocol.IPassingEvent), typeof(INoSerializationVerificationNeeded)];
        string[] known = [nameof(SweepProtocol.WorkerLost), nameof(SweepProtocol.Recovered), nameof(WorkerProtocol.RankAssignment)];

        IEnumerable<Type> unclear = Protocols.SelectMany(protocol => protocol.GetNestedTypes(BindingFlags.NonPublic))
            .Where(type => !type.IsInterface && !type.IsAssignableTo(typeof(IWireMessage)))
            .Where(type => !local.Any(type.IsAssignableTo) && !known.Contains(type.Name));

        Assert.That(unclear, Is.Empty);
    }

    [Test]
    public void All_messages_are_bound_to_it([ValueSource(nameof(PlainMessages))] Type message)
    {
        object any = new AnyMessage(seed: 1).Of(message);

        Assert.That(Sys.Serialization.FindSerializerFor(any), Is.TypeOf<WireSerializer>());
    }

    [Test]
    public void A_message_comes_back_as_it_went([ValueSource(nameof(PlainMessages))] Type type)
    {
        WireSerializer wire = Wire;

        Gen.Int.Sample(
            seed =>
            {
                object message = new AnyMessage(seed).Of(type);
                object again = wire.FromBinary(wire.ToBinary(message), wire.Manifest(message));
                return again.GetType() == type && Text(again) == Text(message);
            },
            iter: 100);
    }

    [Test]
    public void An_actor_comes_back_as_the_same_actor()
    {
        var start = new WorkerProtocol.StartRank("t0", 7, 1, 2, 3, TestActor);

        Assert.That(Wire.FromBinary(Wire.ToBinary(start), Wire.Manifest(start)), Is.EqualTo(start));
    }

    [Test]
    public void Bytes_that_are_no_message_are_refused_and_nothing_else_happens([ValueSource(nameof(PlainMessages))] Type type)
    {
        WireSerializer wire = Wire;
        string manifest = wire.Manifest(new AnyMessage(seed: 1).Of(type));

        Gen.Byte.Array[0, 64].Sample(
            bytes =>
            {
                try
                {
                    return wire.FromBinary(bytes, manifest).GetType() == type;
                }
                catch (SerializationException)
                {
                    return true;
                }
            },
            iter: 100);
    }

    [TestCase("System.IO.FileInfo, System.Private.CoreLib")]
    [TestCase("sweep.accept.2")]
    [TestCase("")]
    public void An_unknown_manifest_is_refused(string manifest)
    {
        Assert.That(() => Wire.FromBinary([], manifest), Throws.TypeOf<SerializationException>());
    }

    [Test]
    public void A_type_named_in_json_is_not_instantiated()
    {
        byte[] hostile = Encoding.UTF8.GetBytes("""{"$type":"System.IO.FileInfo, System.IO.FileSystem","fileName":"/tmp/x"}""");

        Assert.That(
            () => Sys.Serialization.Deserialize(hostile, serializerId: 1, typeof(FileInfo).AssemblyQualifiedName!),
            Throws.InstanceOf<SerializationException>());
        Assert.That(() => Sys.Serialization.FindSerializerForType(typeof(FileInfo)).ToBinary(new FileInfo("x")), Throws.Exception);
    }

    private static string Text(object message) => JsonConvert.SerializeObject(message);
}
