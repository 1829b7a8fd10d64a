using System.Collections.Concurrent;
using System.Globalization;
using Akka.Actor;
using Akka.Serialization;

namespace Orchestrator.Actors.Tests;

/// <summary>For messages that Akka sends itself and never lets out of the process: tests serialize those as well.</summary>
internal sealed class ByReference(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private static readonly ConcurrentDictionary<string, object> Kept = new();
    private static long _count;

    public override int Identifier => 9001;

    public override string Manifest(object o)
    {
        string key = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        Kept[key] = o;
        return key;
    }

    public override byte[] ToBinary(object obj) => [];

    public override object FromBinary(byte[] bytes, string manifest) => Kept[manifest];
}
