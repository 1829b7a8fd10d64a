using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

internal sealed class KeptLinksTests
{
    private static readonly MeasuredLinks Known = new(WorldSize: 3, Cores: 2, Alpha: 1e-6, PerMessage: 2e-7, [new(1024, 1e-6, 1e-7), new(4096, 3e-6, 4e-7)], [new(4096, 6e-6, 9e-7)]);

    [Test]
    public void What_the_store_has_is_what_all_ranks_reckon_with()
    {
        var store = new Store { Text = Known.ToJson() };

        string[] links = Join(3, store);

        Assert.That(links, Is.All.EqualTo(Known.ToJson()));
        Assert.That(store.Asked, Is.EqualTo(1), "rank 0 alone asks");
    }

    [Test]
    public void What_the_store_has_not_is_measured_and_kept()
    {
        var store = new Store();

        string[] links = Join(3, store);

        Assert.That(store.Text, Is.Not.Null);
        Assert.That(links, Is.All.EqualTo(store.Text));
        Assert.That(Join(3, store), Is.All.EqualTo(store.Text), "the next gang");
    }

    [Test]
    public void Where_another_gang_was_quicker_its_links_count()
    {
        var store = new Store { Quicker = Known.ToJson() };

        Assert.That(Join(3, store), Is.All.EqualTo(Known.ToJson()));
    }

    [Test]
    public void Nonsense_in_the_store_ends_the_join_on_all_ranks()
    {
        var store = new Store { Text = "{}" };
        LocalRingRendezvous rings = new();
        CommunicatorOptions options = new() { Algorithm = AllReduceAlgorithm.Auto, Links = store };

        Exception?[] errors = Gang.Errors(3, rank => rings.Join("ring", token: 1, rank, 3, options, CancellationToken.None));

        Assert.That(errors, Is.All.InstanceOf<FormatException>());
    }

    private static string[] Join(int worldSize, Store store)
    {
        LocalRingRendezvous rings = new();
        CommunicatorOptions options = new() { Algorithm = AllReduceAlgorithm.Auto, Links = store };
        return Gang.Run(worldSize, rank =>
        {
            using Communicator communicator = rings.Join("ring", token: 1, rank, worldSize, options, CancellationToken.None);
            return communicator.MeasureLinks().ToJson();
        });
    }

    private sealed class Store : ILinkStore
    {
        public string? Text { get; set; }

        public string? Quicker { get; init; }

        public int Asked { get; private set; }

        public string? Find(int worldSize)
        {
            Asked++;
            return Text;
        }

        public string Keep(int worldSize, string links) => Text = Quicker ?? links;
    }
}
