using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Rendezvous;

namespace Orchestrator.Actors.Tests.Collectives.Rendezvous;

internal sealed class FileRendezvousTests : RendezvousContract
{
    private string _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("rendezvous-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    protected override IRendezvous Open() => new FileRendezvous(_folder);

    [Test]
    public void Nothing_but_an_empty_folder_of_the_ring_is_left()
    {
        _ = Gang.Run(4, rank => Exchange(rank, worldSize: 4));

        Assert.That(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories), Is.Empty);
        Assert.That(Directory.GetDirectories(_folder), Has.Length.EqualTo(1));
        Assert.That(Directory.GetDirectories(Directory.GetDirectories(_folder)[0]), Is.Empty);
    }

    [Test]
    public void A_rank_that_fails_takes_its_file_away()
    {
        _ = Gang.Errors(1, _ => Exchange(0, worldSize: 2, deadline: Short));

        Assert.That(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories), Is.Empty);
    }

    /// <summary>The process was killed when all had written and none had read.</summary>
    [Test]
    public void Files_that_a_killed_run_of_the_same_token_has_left_are_not_believed()
    {
        LeaveBehind(token: 7, rank: 0, "10.0.0.1:1", isDone: true);
        LeaveBehind(token: 7, rank: 1, "10.0.0.2:2", isDone: true);

        IReadOnlyList<string>[] lists = Gang.Run(2, rank => Exchange(rank, worldSize: 2));

        Assert.That(lists, Is.All.EqualTo(new[] { AddressOf(0), AddressOf(1) }));
        Assert.That(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public void A_rank_of_which_there_is_only_a_leftover_never_joins()
    {
        LeaveBehind(token: 7, rank: 1, "10.0.0.2:2", isDone: true);

        Exception?[] errors = Gang.Errors(1, _ => Exchange(0, worldSize: 2, deadline: Short));

        Assert.That(errors[0], Is.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.NeverJoined)
            .And.Property(nameof(CollectiveException.Rank)).EqualTo(1));
    }

    [Test]
    public void Leftovers_of_older_epochs_are_removed()
    {
        LeaveBehind(token: 5, rank: 0, "10.0.0.1:1", isDone: false);
        LeaveBehind(token: 6, rank: 1, "10.0.0.2:2", isDone: true);

        _ = Gang.Run(2, rank => Exchange(rank, worldSize: 2));

        Assert.That(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public void Files_with_garbage_in_them_are_not_there()
    {
        string path = LeaveBehind(token: 7, rank: 1, "10.0.0.2:2", isDone: true);
        File.WriteAllBytes(path, new byte[RankFile.BytesMax + 1]);

        IReadOnlyList<string>[] lists = Gang.Run(2, rank => Exchange(rank, worldSize: 2));

        Assert.That(lists, Is.All.EqualTo(new[] { AddressOf(0), AddressOf(1) }));
    }

    [Test]
    public void Of_two_processes_with_the_same_rank_the_first_is_told()
    {
        Task<Exception?[]> first = Task.Run(() => Gang.Errors(1, _ => Exchange(0, worldSize: 2)));
        while (Directory.GetFiles(_folder, "rank-0", SearchOption.AllDirectories).Length == 0)
            _ = Thread.Yield();

        IReadOnlyList<string>[] lists = Gang.Run(2, rank =>
        {
            if (rank == 1)
                _ = first.GetAwaiter().GetResult();
            return Exchange(rank, worldSize: 2);
        });

        Assert.That(first.GetAwaiter().GetResult()[0], Is.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.AlreadyJoined));
        Assert.That(lists, Is.All.EqualTo(new[] { AddressOf(0), AddressOf(1) }));
    }

    [Test]
    public void Only_this_user_may_look_into_the_folders()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has other rights.");
            return;
        }

        _ = Gang.Errors(1, _ => Exchange(0, worldSize: 2, deadline: Short));

        UnixFileMode mode = File.GetUnixFileMode(Directory.GetDirectories(_folder)[0]);

        Assert.That(mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), Is.EqualTo(UnixFileMode.None));
    }

    private string LeaveBehind(long token, int rank, string address, bool isDone)
    {
        string folder = Path.Combine(_folder, SafeName.Of("ring"), $"{token}");
        _ = Directory.CreateDirectory(folder);
        string nonce = new('a', RankFile.NonceCharacters);
        RankFile file = new(rank, 2, nonce, address, isDone, System.Collections.Immutable.ImmutableSortedDictionary<int, string>.Empty.Add(1 - rank, nonce));
        string path = Path.Combine(folder, $"rank-{rank}");
        File.WriteAllText(path, file.ToText());
        return path;
    }
}
