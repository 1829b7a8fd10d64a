using static Orchestrator.Actors.Coordination.RendezvousProtocol;

namespace Orchestrator.Actors.Serialization;

/// <summary>The forms of <see cref="Coordination.RendezvousProtocol"/>.</summary>
internal static class RendezvousWire
{
    public static IEnumerable<WireForm> Forms =>
    [
        WireForm.Of<PublishAddress, Proto.PublishAddress>(
            "rendezvous.publish-address.1",
            Proto.PublishAddress.Parser,
            publish => new Proto.PublishAddress
            {
                Trial = publish.Trial,
                Token = publish.Token,
                Rank = publish.Rank,
                Round = publish.Round,
                Address = publish.Address,
            },
            proto => new PublishAddress(proto.Trial, proto.Token, proto.Rank, proto.Round, proto.Address)),
        WireForm.Of<AddressesPublished, Proto.AddressesPublished>(
            "rendezvous.addresses-published.1",
            Proto.AddressesPublished.Parser,
            published => new Proto.AddressesPublished
            {
                Trial = published.Trial,
                Token = published.Token,
                Round = published.Round,
                Addresses = { published.Addresses },
            },
            proto => new AddressesPublished(proto.Trial, proto.Token, proto.Round, [.. proto.Addresses])),
    ];
}
