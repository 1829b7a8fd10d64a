using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

internal sealed unsafe class FailureBoardTests
{
    private const int WorldSize = 4;
    private const int TextBytesMax = SegmentLayout.FailureBytes - 36;

    private static readonly nuint SegmentBytes = (nuint)new SegmentLayout(WorldSize, 4096).RingsAt;

    /// <summary>Of one to four bytes.</summary>
    private static readonly string[] Letters = ["a", "é", "€", "😀", "\0"];

    private static readonly Gen<string> Texts =
        Gen.Int[0, Letters.Length - 1].Array[0, 400].Select(letters => string.Concat(letters.Select(letter => Letters[letter])));

    private static readonly Gen<RingFailure> Failures = Gen.Select(
        Gen.Enum<CollectiveFailure>(), Gen.Int[0, WorldSize - 1], Gen.Bool, Gen.String[Gen.Char['a', 'z'], 0, 40], Gen.Long[-1, 3],
        (kind, rank, retryHelps, what, from) => new RingFailure(kind, rank, retryHelps, what) { FromOperation = from });

    private byte* _segment;

    [SetUp]
    public void Allocate() => _segment = (byte*)NativeMemory.AllocZeroed(SegmentBytes);

    [TearDown]
    public void Free() => NativeMemory.Free(_segment);

    [Test]
    public void Before_anything_has_happened_there_is_no_failure()
    {
        FailureBoard board = Board();

        Assert.That((board.Failure, board.HasNews), Is.EqualTo(((RingFailure?)null, false)));
        Assert.That(board.Failures, Is.Empty);
    }

    [Test]
    public void What_one_writes_all_read() => Gen.Select(Gen.Int[0, WorldSize - 1], Failures).Sample((writer, failure) =>
    {
        Clear();
        FailureBoard reader = Board();
        Board().Write(writer, failure);
        bool news = reader.HasNews;

        RingFailure? read = reader.Failure;

        Assert.That(read, Is.EqualTo(failure));
        Assert.That((news, reader.HasNews), Is.EqualTo((true, false)));
    }, threads: 1);

    [Test]
    public void A_text_that_is_too_long_is_cut_between_characters() => Texts.Sample(text =>
    {
        Clear();
        Board().Write(1, new RingFailure(CollectiveFailure.Aborted, 1, RetryHelps: true, text));

        string read = Board().Failure!.What;

        Assert.That(text, Does.StartWith(read));
        if (read != text)
            Assert.That(Encoding.UTF8.GetByteCount(read), Is.InRange(TextBytesMax - 3, TextBytesMax));
    }, threads: 1);

    /// <summary>Against the definition: of each rank the accounts that touch more than those before; of these the earliest, then the first.</summary>
    [Test]
    public void The_failure_that_touches_the_earliest_operation_stands_and_of_those_the_first() =>
        Gen.Select(Gen.Int[0, WorldSize - 1], Failures).Array[1, 12].Sample(accounts =>
        {
            Clear();
            FailureBoard reader = Board();
            var writers = Enumerable.Range(0, WorldSize).Select(_ => Board()).ToArray();
            RingFailure?[] own = new RingFailure?[WorldSize];
            int[] order = new int[WorldSize];
            foreach (((int writer, RingFailure failure), int i) in accounts.Select((account, i) => (account, i)))
            {
                writers[writer].Write(writer, failure);
                if (own[writer] is null || failure.FromOperation < own[writer]!.FromOperation)
                    (own[writer], order[writer]) = (failure, i);

                RingFailure expected = Enumerable.Range(0, WorldSize).Where(rank => own[rank] is not null)
                    .OrderBy(rank => own[rank]!.FromOperation).ThenBy(rank => order[rank])
                    .Select(rank => own[rank]!).First();
                Assert.That(reader.Failure, Is.EqualTo(expected));
            }

            Assert.That(reader.Failures, Is.EqualTo(own.Where(failure => failure is not null)));
        }, threads: 1);

    [Test]
    public void The_account_of_a_rank_that_died_while_it_wrote_is_passed_over()
    {
        Board().Write(0, RingFailure.Aborted(0, "half-written", retryHelps: true));
        Board().Write(2, RingFailure.Left(2, operationsDone: 5));
        AccountOf(0)[0]++;

        FailureBoard reader = Board();

        Assert.That(reader.Failure, Is.EqualTo(RingFailure.Left(2, operationsDone: 5)));
        Assert.That(reader.Failures.Count(), Is.EqualTo(1));
    }

    [Test]
    public void Garbage_is_read_as_some_failure_of_some_rank_or_as_none() =>
        Gen.Select(Gen.Int[0, WorldSize - 1], Gen.Byte.Array[SegmentLayout.FailureBytes], Gen.Bool).Sample((rank, garbage, isWhole) =>
        {
            Clear();
            garbage.CopyTo(AccountOf(rank));
            if (isWhole)
                AccountOf(rank)[0] = 2;
            else
                AccountOf(rank)[0] |= 1;
            *(int*)(_segment + SegmentLayout.FailuresAt) = 1;

            RingFailure? read = Board().Failure;

            Assert.That(read is not null, Is.EqualTo(isWhole));
            if (read is not null)
            {
                Assert.That(read.Rank, Is.InRange(0, WorldSize - 1));
                Assert.That(Enum.IsDefined(read.Kind), Is.True);
            }
        }, iter: 300, threads: 1);

    /// <summary>Each rank overwrites its account again and again; a text that belongs to another account would be seen.</summary>
    [Test]
    public void What_is_read_while_others_write_is_always_whole()
    {
        const int accounts = 2000;
        FailureBoard[] boards = [.. Enumerable.Range(0, 2 * WorldSize).Select(_ => Board())];
        int writing = WorldSize;

        int[] torn = Gang.Run(2 * WorldSize, thread =>
        {
            FailureBoard board = boards[thread];
            if (thread < WorldSize)
            {
                for (long from = accounts; from > 0; from--)
                    board.Write(thread, AccountFrom(thread, from));
                Interlocked.Decrement(ref writing);
                return 0;
            }

            int torn = 0;
            bool isLast;
            do
            {
                isLast = Volatile.Read(ref writing) == 0;
                IEnumerable<RingFailure> seen = board.Failure is { } failure ? board.Failures.Append(failure) : board.Failures;
                torn += seen.Count(account => account != AccountFrom(account.Rank, account.FromOperation));
            }
            while (!isLast);

            return torn;
        });

        Assert.That(torn, Is.All.Zero);
        Assert.That(boards.Select(board => board.Failure?.FromOperation), Is.All.EqualTo(1));
    }

    private static RingFailure AccountFrom(int rank, long from) =>
        new(CollectiveFailure.Left, rank, from % 2 == 0, new string((char)('a' + (from % 26)), (int)(from % 100)))
        {
            FromOperation = from,
        };

    private FailureBoard Board() => new(_segment, WorldSize);

    private void Clear() => NativeMemory.Clear(_segment, SegmentBytes);

    private Span<byte> AccountOf(int rank) =>
        new(_segment + SegmentLayout.RankAt(rank) + SegmentLayout.FailureAt, SegmentLayout.FailureBytes);
}
