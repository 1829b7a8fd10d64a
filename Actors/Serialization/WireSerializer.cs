using System.Collections.Frozen;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;

namespace Orchestrator.Actors.Serialization;

/// <summary>
/// The only serializer of our messages and events: protobuf, chosen by a manifest that we made up, never by a type name that
/// came with the data.
/// </summary>
internal sealed class WireSerializer : SerializerWithStringManifest
{
    /// <summary>Above 40, which Akka keeps for itself. Journals hold it: it never changes.</summary>
    public const int Id = 7001;

    private readonly FrozenDictionary<Type, WireForm> _byType;
    private readonly FrozenDictionary<string, WireForm> _byManifest;

    public WireSerializer(ExtendedActorSystem system)
        : base(system)
    {
        WireForm[] forms =
        [
            .. SweepWire.Forms,
            .. WorkerWire.FormsFor(system),
            .. RendezvousWire.Forms,
            .. PruningWire.Forms,
            .. MetricsWire.Forms,
        ];
        _byType = forms.ToFrozenDictionary(form => form.Type);
        _byManifest = forms.ToFrozenDictionary(form => form.Manifest, StringComparer.Ordinal);
    }

    public override int Identifier => Id;

    public IEnumerable<WireForm> Forms => _byManifest.Values;

    public override string Manifest(object o) => FormOf(o).Manifest;

    public override byte[] ToBinary(object obj) => FormOf(obj).Write(obj);

    /// <exception cref="SerializationException">The manifest is unknown, or the bytes are not what it promises.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!_byManifest.TryGetValue(manifest, out WireForm? form))
            throw new SerializationException($"There is no message `{manifest}`.");
        try
        {
            return form.Read(bytes);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or ArgumentException or FormatException)
        {
            throw new SerializationException($"A message `{manifest}` of {bytes.Length} bytes is malformed.", exception);
        }
    }

    private WireForm FormOf(object message) => _byType.TryGetValue(message.GetType(), out WireForm? form)
        ? form
        : throw new SerializationException($"`{message.GetType()}` has no manifest.");
}
