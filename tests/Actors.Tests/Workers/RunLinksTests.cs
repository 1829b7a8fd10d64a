using Microsoft.Data.Sqlite;
using Orchestrator.Actors.Workers;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Actors.Tests.Workers;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RunLinksTests : IDisposable
{
    private readonly string _runs = Directory.CreateTempSubdirectory("run-links").FullName;
    private readonly RunStore _store;

    public RunLinksTests() => _store = RunStore.CreateOrOpen(_runs, Plans.Of(1), "{}");

    public void Dispose()
    {
        _store.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_runs, recursive: true);
    }

    [Test]
    public void A_run_has_none_until_somebody_has_measured() =>
        Assert.That(new RunLinks(_store, GangTransport.InProcess).Find(2), Is.Null);

    [Test]
    public void The_first_to_keep_its_links_keeps_them_for_all()
    {
        string first = new RunLinks(_store, GangTransport.Tcp).Keep(2, "measured first");
        string second = new RunLinks(_store, GangTransport.Tcp).Keep(2, "measured later");

        Assert.That((first, second), Is.EqualTo(("measured first", "measured first")));
        Assert.That(new RunLinks(_store, GangTransport.Tcp).Find(2), Is.EqualTo("measured first"));
    }

    [Test]
    public void Each_transport_and_world_size_has_its_own()
    {
        foreach (GangTransport transport in Enum.GetValues<GangTransport>())
        {
            foreach (int worldSize in new[] { 2, 3 })
                new RunLinks(_store, transport).Keep(worldSize, $"{transport} {worldSize}");
        }

        Assert.That(new RunLinks(_store, GangTransport.SharedMemory).Find(3), Is.EqualTo("SharedMemory 3"));
        Assert.That(Directory.GetFiles(Path.Combine(_store.Directory, "links")).Select(Path.GetFileName), Is.EquivalentTo(new[]
        {
            "in-process-2.json", "in-process-3.json", "shared-memory-2.json", "shared-memory-3.json", "tcp-2.json", "tcp-3.json",
        }));
    }

    [Test]
    public void Of_many_at_once_all_get_the_same()
    {
        string[] kept = Collectives.Gang.Run(8, rank => new RunLinks(_store, GangTransport.InProcess).Keep(2, $"of rank {rank}"));

        Assert.That(kept, Is.All.EqualTo(kept[0]));
        Assert.That(Directory.GetFiles(Path.Combine(_store.Directory, "links")), Has.Length.EqualTo(1), "nothing half-written is left");
    }
}
