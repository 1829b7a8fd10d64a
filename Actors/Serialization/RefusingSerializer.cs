using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Orchestrator.Actors.Serialization;

/// <summary>
/// Takes the place (and the id, 1) of Akka's JSON fallback, which makes an object of any type that a message names. Nothing
/// goes through it, in neither direction: what is not bound to <see cref="WireSerializer"/> is no message of ours.
/// </summary>
internal sealed class RefusingSerializer : Serializer
{
    /// <param name="settings">Akka passes those of the serializer that this one replaces; here is nothing to set.</param>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : base(system) => _ = settings;

    public override int Identifier => 1;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) =>
        throw new SerializationException($"`{obj.GetType()}` has no serializer: only messages of the protocols are sent.");

    public override object FromBinary(byte[] bytes, Type type) =>
        throw new SerializationException($"A message of {bytes.Length} bytes for the JSON serializer is refused.");
}
