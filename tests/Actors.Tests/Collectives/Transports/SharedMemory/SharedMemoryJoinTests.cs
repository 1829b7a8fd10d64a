using System.Runtime.Versioning;
using System.Security.Cryptography;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;
using Orchestrator.Actors.Tests.Collectives.Exchange;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
internal sealed class SharedMemoryJoinTests
{
    private const int RingBytes = 4096;
    private const string Folder = "/dev/shm";
    private const string Prefix = "orchestrator-ring-";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly SharedMemoryOptions Patient = SharedMemoryRing.Options(Ample, Ample, RingBytes);
    private static readonly SharedMemoryOptions Hasty = SharedMemoryRing.Options(Short, Ample, RingBytes);

    [Test]
    public void One_rank_is_a_ring()
    {
        Noticeboard rendezvous = new(1);

        using SharedMemoryTransport alone = Join(rendezvous, 0, 1, Patient);

        Assert.That((alone.Rank, alone.WorldSize), Is.EqualTo((0, 1)));
        Assert.That(File.Exists($"{Folder}/{rendezvous.First}"), Is.False);
    }

    [Test]
    public void As_soon_as_all_have_joined_no_file_is_left([Values(2, 3, 8)] int worldSize)
    {
        Noticeboard rendezvous = new(worldSize);

        SharedMemoryTransport[] joined = Gang.Run(worldSize, rank => Join(rendezvous, rank, worldSize, Patient));

        Assert.That(rendezvous.First, Does.StartWith(Prefix));
        Assert.That(File.Exists($"{Folder}/{rendezvous.First}"), Is.False);
        DisposeAll(joined);
    }

    [Test]
    public void The_memory_may_be_opened_by_its_user_only()
    {
        Noticeboard rendezvous = new(2, awaited: 1);

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 0)
            {
                Join(rendezvous, 0, 2, Patient).Dispose();
                return;
            }

            SpinWait.SpinUntil(() => rendezvous.First is not null);
            UnixFileMode mode = File.GetUnixFileMode($"{Folder}/{rendezvous.First}");
            Join(rendezvous, 1, 2, Patient).Dispose();
            Assert.That(mode, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        });

        Assert.That(errors, Is.All.Null);
    }

    [Test]
    public void A_rank_that_never_comes_fails_the_join_of_all_others_at_the_deadline_and_leaves_no_file()
    {
        Noticeboard rendezvous = new(3, awaited: 1);

        Exception?[] errors = Gang.Errors(2, rank => Join(rendezvous, 2 * rank, 3, Hasty));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.NeverJoined, rank: 1, retryHelps: true)));
        Assert.That(File.Exists($"{Folder}/{rendezvous.First}"), Is.False);
    }

    [Test]
    public void A_rank_that_never_comes_to_the_rendezvous_leaves_no_file()
    {
        Noticeboard rendezvous = new(2);

        Exception?[] errors = Gang.Errors(1, rank => Join(rendezvous, rank, 2, Hasty));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.NeverJoined, rank: 1, retryHelps: true)));
        Assert.That(rendezvous.First, Does.StartWith(Prefix));
        Assert.That(File.Exists($"{Folder}/{rendezvous.First}"), Is.False);
    }

    [Test]
    public void A_rank_that_dies_during_the_join_is_found_out_long_before_the_deadline()
    {
        Noticeboard rendezvous = new(3, awaited: 1);

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 0)
                Join(rendezvous, 0, 3, Patient);
            RogueRank.Join(SharedMemoryRing.Member(2, 3), rendezvous, RingBytes).Dispose();
        });

        Assert.That(errors[0], Is.Not.Null.And.Matches(Failed(CollectiveFailure.Died, rank: 2, retryHelps: true)));
        Assert.That(File.Exists($"{Folder}/{rendezvous.First}"), Is.False);
    }

    [Test]
    public void Where_the_first_rank_dies_during_the_join_the_others_leave_no_file()
    {
        Noticeboard rendezvous = new(3, awaited: 1);

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 1)
                Join(rendezvous, 1, 3, Patient);
            RogueRank.Join(SharedMemoryRing.Member(0, 3), rendezvous, RingBytes).Dispose();
        });

        // Depending on which of the two is faster, the other has died after or before it could be joined.
        Assert.That(errors[0], Is.Null);
        Assert.That(errors[1], Is.InstanceOf<CollectiveException>());
        Assert.That(File.Exists($"{Folder}/{rendezvous.First}"), Is.False);
    }

    [Test]
    public void A_cancelled_join_is_cancelled_for_its_rank_and_fails_for_the_others()
    {
        Noticeboard rendezvous = new(3, awaited: 2);
        using CancellationTokenSource stop = new();

        Exception?[] errors = Gang.Errors(3, rank =>
        {
            if (rank < 2)
            {
                SharedMemoryTransport.Join(
                    SharedMemoryRing.Member(rank, 3), rendezvous, Patient, rank == 1 ? stop.Token : CancellationToken.None);
                return;
            }

            SpinWait.SpinUntil(() => rendezvous.First is { } name && JoinedIn(name) == 2);
            stop.Cancel();
        });

        Assert.That(errors[0], Is.Not.Null.And.Matches(Failed(CollectiveFailure.Cancelled, rank: 1, retryHelps: false)));
        Assert.That(errors[1], Is.InstanceOf<OperationCanceledException>()
            .With.Property(nameof(OperationCanceledException.CancellationToken)).EqualTo(stop.Token));
        Assert.That(File.Exists($"{Folder}/{rendezvous.First}"), Is.False);
    }

    [Test]
    public void A_join_that_is_cancelled_at_the_rendezvous_leaves_no_file()
    {
        Noticeboard rendezvous = new(2);
        using CancellationTokenSource stop = new();

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 0)
                SharedMemoryTransport.Join(SharedMemoryRing.Member(0, 2), rendezvous, Patient, stop.Token);
            SpinWait.SpinUntil(() => rendezvous.First is not null);
            stop.Cancel();
        });

        Assert.That(errors[0], Is.InstanceOf<OperationCanceledException>());
        Assert.That(File.Exists($"{Folder}/{rendezvous.First}"), Is.False);
    }

    [Test]
    public void Ranks_that_count_differently_do_not_get_together()
    {
        Noticeboard rendezvous = new(3, awaited: 1);

        Exception?[] errors = Gang.Errors(2, rank => Join(rendezvous, rank, 2 + rank, Hasty));

        Assert.That(errors[0], Is.Not.Null.And.Matches(Failed(CollectiveFailure.NeverJoined, rank: 1, retryHelps: true)));
        Assert.That(errors[1], Is.Not.Null.And.Matches(Failed(CollectiveFailure.Aborted, rank: 1, retryHelps: true)));
        Assert.That(errors[1]!.Message, Does.Contain("the ranks disagree on their number or options"));
    }

    [Test]
    public void A_rank_that_is_there_already_is_refused()
    {
        Noticeboard rendezvous = new(2);
        using SharedSegment first = SharedSegment.Create(new SegmentLayout(2, RingBytes), out string name);
        using SharedSegment second = SharedSegment.Open(name, 1, first.Layout);

        Assert.That(
            () => SharedSegment.Open(name, 1, first.Layout),
            Throws.TypeOf<IOException>().With.Message.Contains("rank 1 is there already"));
        SharedSegment.RemoveName(name);
    }

    [TestCase("")]
    [TestCase("-")]
    [TestCase("orchestrator-ring-xyz")]
    [TestCase("orchestrator-ring-00/../../../etc/passwd")]
    [TestCase("../../etc/passwd")]
    public void What_is_not_the_name_of_a_memory_is_refused(string name) =>
        Assert.That(
            () => Join(new Answer(name), 1, 2, Patient),
            Throws.Exception.Matches(Failed(CollectiveFailure.Aborted, rank: 1, retryHelps: true))
                .With.Message.Contains("is not the name of a shared memory"));

    [Test]
    public void A_file_that_is_not_a_ring_is_neither_joined_nor_removed()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{RandomHex()}.txt");
        File.WriteAllText(path, "precious");
        try
        {
            Exception?[] errors = Gang.Errors(1, _ => Join(new Answer($"../..{path}"), 1, 2, Patient));

            Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 1, retryHelps: true)));
            Assert.That(File.Exists(path), Is.True);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void A_memory_that_is_not_there_is_refused() =>
        Assert.That(
            () => Join(new Answer(Prefix + RandomHex()), 1, 2, Patient),
            Throws.Exception.Matches(Failed(CollectiveFailure.Aborted, rank: 1, retryHelps: true))
                .With.Message.Contains("cannot open"));

    [Test]
    public void A_memory_of_the_right_length_and_the_wrong_contents_is_refused()
    {
        using SharedSegment made = SharedSegment.Create(new SegmentLayout(2, RingBytes), out string name);
        unsafe
        {
            *(long*)made.Start ^= 1;
        }

        Assert.That(
            () => Join(new Answer(name), 1, 2, Patient),
            Throws.Exception.Matches(Failed(CollectiveFailure.Aborted, rank: 1, retryHelps: true))
                .With.Message.Contains("is not the memory of a ring of 2 ranks"));
    }

    [Test]
    public void What_killed_rings_have_left_is_removed_by_the_next_ring_and_what_living_ones_have_stays()
    {
        string killed = Abandon();
        string neverFilled = Prefix + RandomHex();
        File.WriteAllBytes($"{Folder}/{neverFilled}", []);
        using SharedSegment living = SharedSegment.Create(new SegmentLayout(2, RingBytes), out string alive);
        string another = $"another-program-{RandomHex()}";
        File.WriteAllBytes($"{Folder}/{another}", []);
        try
        {
            Join(new Noticeboard(1), 0, 1, Patient).Dispose();

            Assert.That(
                new[] { killed, neverFilled, alive, another }.Select(name => File.Exists($"{Folder}/{name}")),
                Is.EqualTo(new[] { false, false, true, true }));
        }
        finally
        {
            File.Delete($"{Folder}/{another}");
            SharedSegment.RemoveName(alive);
        }
    }

    [Test]
    public void A_ring_whose_maker_has_died_lives_on_in_its_other_ranks()
    {
        SegmentLayout layout = new(2, RingBytes);
        using SharedSegment maker = SharedSegment.Create(layout, out string name);
        using SharedSegment other = SharedSegment.Open(name, 1, layout);
        maker.Dispose();

        SharedSegment.RemoveAbandoned();
        bool stays = File.Exists($"{Folder}/{name}");
        other.Dispose();
        SharedSegment.RemoveAbandoned();

        Assert.That((stays, File.Exists($"{Folder}/{name}")), Is.EqualTo((true, false)));
    }

    [Test]
    public void Each_rank_sees_which_others_live()
    {
        SegmentLayout layout = new(3, RingBytes);
        using SharedSegment first = SharedSegment.Create(layout, out string name);
        using SharedSegment second = SharedSegment.Open(name, 1, layout);
        (bool, bool) before = (first.IsAlive(1), first.IsAlive(2));

        second.Dispose();

        Assert.That((before, first.IsAlive(1)), Is.EqualTo(((true, false), false)));
        SharedSegment.RemoveName(name);
    }

    [Test]
    public void Hundreds_of_rings_leave_no_file_no_mapping_and_no_descriptor()
    {
        (int, int) before = (Mappings(), Descriptors());

        List<string> names = [];
        for (int ring = 0; ring < 300; ring++)
        {
            Noticeboard rendezvous = new(2);
            DisposeAll(Gang.Run(2, rank => Join(rendezvous, rank, 2, Patient)));
            names.Add(rendezvous.First!);
        }

        Assert.That(names.Distinct().Count(), Is.EqualTo(300));
        Assert.That(names.Where(name => File.Exists($"{Folder}/{name}")), Is.Empty);
        Assert.That((Mappings(), Descriptors()), Is.EqualTo(before));

        static int Mappings() => File.ReadLines("/proc/self/maps").Count(IsOurs);

        static int Descriptors() =>
            Directory.GetFiles("/proc/self/fd").Count(file => IsOurs(new FileInfo(file).LinkTarget ?? ""));

        static bool IsOurs(string line) => line.Contains(Folder, StringComparison.Ordinal);
    }

    /// <summary>As a ring that was killed during its join.</summary>
    private static string Abandon()
    {
        SharedSegment.Create(new SegmentLayout(2, RingBytes), out string name).Dispose();
        return name;
    }

    private static int JoinedIn(string name)
    {
        using FileStream file = new($"{Folder}/{name}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] word = new byte[sizeof(int)];
        RandomAccess.Read(file.SafeFileHandle, word, SegmentLayout.JoinedAt);
        return BitConverter.ToInt32(word);
    }

    private static string RandomHex() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static SharedMemoryTransport Join(IRendezvous rendezvous, int rank, int worldSize, SharedMemoryOptions options) =>
        SharedMemoryTransport.Join(SharedMemoryRing.Member(rank, worldSize), rendezvous, options, CancellationToken.None);

    private static void DisposeAll(IEnumerable<SharedMemoryTransport> transports)
    {
        foreach (SharedMemoryTransport transport in transports)
            transport.Dispose();
    }

    private static Predicate<Exception?> Failed(CollectiveFailure failure, int rank, bool retryHelps) =>
        error => error is CollectiveException e && e.Failure == failure && e.Rank == rank && e.RetryHelps == retryHelps;

    /// <summary>A rendezvous that has one answer for all.</summary>
    private sealed class Answer(string name) : IRendezvous
    {
        public IReadOnlyList<string> Exchange(
            RingMember member, string address, TimeSpan deadline, CancellationToken cancellation) =>
            [.. Enumerable.Repeat(name, member.WorldSize)];
    }
}
