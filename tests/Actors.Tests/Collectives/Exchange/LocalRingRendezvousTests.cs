using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

internal sealed class LocalRingRendezvousTests
{
    private const string Ring = "trial-1";

    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly CommunicatorOptions Patient = new() { BucketBytes = 256 };
    private static readonly CommunicatorOptions Hasty = Patient with { JoinDeadline = Short };

    [Test]
    public void A_rank_that_never_joins_fails_the_join_of_all_others_at_the_deadline()
    {
        LocalRingRendezvous rendezvous = new(Hasty);

        Exception?[] errors = Gang.Errors(2, thread => Join(rendezvous, rank: thread + 1, worldSize: 3));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.NeverJoined, rank: 0, retryHelps: true)));
    }

    [Test]
    public void A_rank_that_joins_after_the_deadline_is_told_at_once_why_it_is_alone()
    {
        LocalRingRendezvous rendezvous = new(Hasty);
        Gang.Errors(1, rank => Join(rendezvous, rank, worldSize: 2));

        Assert.That(
            () => rendezvous.Join(Ring, 1, rank: 1, worldSize: 2, Patient, CancellationToken.None),
            Throws.Exception.Matches(Failed(CollectiveFailure.NeverJoined, rank: 1, retryHelps: true)));
    }

    [Test]
    public void A_rank_that_never_takes_part_fails_the_operation_on_all_ranks_at_the_deadline()
    {
        LocalRingRendezvous rendezvous = new(Patient with { OperationDeadline = Short });
        using CountdownEvent othersHaveFailed = new(3);

        Exception?[] errors = Gang.Errors(4, rank =>
        {
            IGradientExchange exchange = Join(rendezvous, rank, worldSize: 4);
            try
            {
                if (rank == 0)
                    othersHaveFailed.Wait();
                exchange.AllReduce(new float[100]);
            }
            finally
            {
                if (rank != 0)
                    othersHaveFailed.Signal();
            }
        });

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Late, rank: 0, retryHelps: true)));
    }

    [Test]
    public void A_rank_that_aborts_in_mid_operation_fails_it_on_all_ranks([Values(2, 3, 8)] int worldSize)
    {
        LocalRingRendezvous rendezvous = new(Patient);
        using CountdownEvent underWay = new(worldSize);

        Exception?[] errors = Gang.Errors(worldSize + 1, rank =>
        {
            if (rank < worldSize)
                WorkUntilItFails(Join(rendezvous, rank, worldSize), underWay);
            underWay.Wait();
            rendezvous.Abort(Ring, token: 1, rank: 1, "out of memory");
        });

        Assert.That(errors[..worldSize], Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 1, retryHelps: true)));
        Assert.That(errors[0]!.Message, Does.Contain("trial-1").And.Contain("out of memory"));
    }

    [Test]
    public void An_abort_says_whether_a_retry_helps()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        rendezvous.Abort(Ring, token: 1, rank: 0, "bad configuration", retryHelps: false);

        Assert.That(
            () => Join(rendezvous, rank: 1, worldSize: 2),
            Throws.Exception.Matches(Failed(CollectiveFailure.Aborted, rank: 0, retryHelps: false)));
    }

    [Test]
    public void An_abort_ends_the_wait_of_those_who_have_joined()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        IReadOnlyList<Exception?> errors = Gang.Errors(3, rank =>
        {
            if (rank < 2)
            {
                Join(rendezvous, rank, worldSize: 3);
                return;
            }

            SpinWait.SpinUntil(() => rendezvous.RingCount == 1);
            rendezvous.Abort(Ring, token: 1, rank: 2, "lost");
        });

        Assert.That(errors.Take(2), Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 2, retryHelps: true)));
    }

    [Test]
    public void An_abort_with_an_older_token_has_no_effect()
    {
        LocalRingRendezvous rendezvous = new(Patient);

        double[] sums = Gang.Run(2, rank =>
        {
            IGradientExchange exchange = Join(rendezvous, rank, worldSize: 2, token: 5);
            rendezvous.Abort(Ring, token: 4, rank, "late");
            return Sum(exchange);
        });

        Assert.That(sums, Is.All.EqualTo(2.0));
    }

    [Test]
    public void A_rank_that_leaves_fails_the_next_operation_of_the_others()
    {
        LocalRingRendezvous rendezvous = new(Patient);

        Exception?[] errors = Gang.Errors(3, rank =>
        {
            IGradientExchange exchange = Join(rendezvous, rank, worldSize: 3);
            Assert.That(Sum(exchange), Is.EqualTo(3.0));
            if (rank == 2)
                rendezvous.Leave(Ring, token: 1, rank);
            Sum(exchange);
        });

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Left, rank: 2, retryHelps: true)));
    }

    [Test]
    public void A_rank_that_leaves_does_not_disturb_the_operation_that_it_has_done()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        const int rings = 300;

        double[] sums = Gang.Run(4, rank =>
        {
            double sum = 0;
            for (int token = 0; token < rings; token++)
            {
                sum += Sum(Join(rendezvous, rank, worldSize: 4, ring: $"ring-{token}"));
                rendezvous.Leave($"ring-{token}", token: 1, rank);
            }

            return sum;
        });

        Assert.That(sums, Is.All.EqualTo(4.0 * rings));
    }

    [Test]
    public void A_join_with_an_older_token_is_refused_and_disturbs_nobody()
    {
        LocalRingRendezvous rendezvous = new(Patient);

        double[] sums = Gang.Run(2, rank =>
        {
            IGradientExchange exchange = Join(rendezvous, rank, worldSize: 2, token: 5);
            Assert.That(
                () => Join(rendezvous, rank, worldSize: 2, token: 4),
                Throws.Exception.Matches(Failed(CollectiveFailure.StaleEpoch, rank, retryHelps: false)));
            return Sum(exchange);
        });

        Assert.That(sums, Is.All.EqualTo(2.0));
    }

    [Test]
    public void A_newer_token_takes_the_ring_over_and_fails_the_older_members_in_mid_operation()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        using CountdownEvent underWay = new(2);
        double[] newerSums = new double[2];

        Exception?[] errors = Gang.Errors(4, thread =>
        {
            int rank = thread % 2;
            if (thread < 2)
                WorkUntilItFails(Join(rendezvous, rank, worldSize: 2, token: 1), underWay);
            underWay.Wait();
            newerSums[rank] = Sum(Join(rendezvous, rank, worldSize: 2, token: 2));
        });

        Assert.That(errors[..2], Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.StaleEpoch)
            .And.Property(nameof(CollectiveException.RetryHelps)).False);
        Assert.That(errors[2..], Is.All.Null);
        Assert.That(newerSums, Is.All.EqualTo(2.0));
    }

    [Test]
    public void The_older_members_leaving_does_not_disturb_the_newer_ones()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        Gang.Run(2, rank => Join(rendezvous, rank, worldSize: 2, token: 1));

        double[] sums = Gang.Run(2, rank =>
        {
            IGradientExchange exchange = Join(rendezvous, rank, worldSize: 2, token: 2);
            rendezvous.Leave(Ring, token: 1, rank);
            return Sum(exchange);
        });

        Assert.That(sums, Is.All.EqualTo(2.0));
    }

    [Test]
    public void After_a_failure_the_next_epoch_works()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        Gang.Errors(2, rank =>
        {
            IGradientExchange exchange = Join(rendezvous, rank, worldSize: 2, token: 1);
            rendezvous.Abort(Ring, token: 1, rank, "lost");
            Sum(exchange);
        });

        double[] sums = Gang.Run(2, rank => Sum(Join(rendezvous, rank, worldSize: 2, token: 2)));

        Assert.That(sums, Is.All.EqualTo(2.0));
    }

    [Test]
    public void An_epoch_that_all_have_left_cannot_be_joined_again()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        rendezvous.Join(Ring, token: 3, rank: 0, worldSize: 1, CancellationToken.None);
        rendezvous.Leave(Ring, token: 3, rank: 0);

        Assert.That(
            () => Join(rendezvous, rank: 0, worldSize: 1, token: 3),
            Throws.Exception.Matches(Failed(CollectiveFailure.StaleEpoch, rank: 0, retryHelps: false)));
        Assert.That(
            () => Join(rendezvous, rank: 0, worldSize: 1, token: 2),
            Throws.Exception.Matches(Failed(CollectiveFailure.StaleEpoch, rank: 0, retryHelps: false)));
    }

    [Test]
    public void A_rank_that_joins_twice_is_refused_the_second_time_and_disturbs_nobody()
    {
        LocalRingRendezvous rendezvous = new(Patient);

        double[] sums = Gang.Run(2, rank =>
        {
            IGradientExchange exchange = Join(rendezvous, rank, worldSize: 2);
            Assert.That(
                () => Join(rendezvous, rank, worldSize: 2),
                Throws.Exception.Matches(Failed(CollectiveFailure.AlreadyJoined, rank, retryHelps: false)));
            return Sum(exchange);
        });

        Assert.That(sums, Is.All.EqualTo(2.0));
    }

    [Test]
    public void Ranks_that_count_differently_fail_together()
    {
        LocalRingRendezvous rendezvous = new(Patient);

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 1)
                SpinWait.SpinUntil(() => rendezvous.RingCount == 1);
            Join(rendezvous, rank, worldSize: 3 + rank);
        });

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Mismatch, rank: 1, retryHelps: false)));
    }

    [Test]
    public void Different_bucket_sizes_fail_on_all_ranks()
    {
        LocalRingRendezvous rendezvous = new(Patient);

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            CommunicatorOptions options = Patient with { BucketBytes = 256 << rank };
            rendezvous.Join(Ring, 1, rank, worldSize: 2, options, CancellationToken.None).AllReduce(new float[1000]);
        });

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Mismatch));
    }

    [Test]
    public void A_cancelled_join_is_cancelled_for_its_rank_and_fails_for_the_others()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        using CancellationTokenSource stop = new();

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 1)
                stop.Cancel();
            rendezvous.Join(Ring, 1, rank, worldSize: 3, rank == 1 ? stop.Token : CancellationToken.None);
        });

        Assert.That(errors[0], Is.Not.Null.And.Matches(Failed(CollectiveFailure.Cancelled, rank: 1, retryHelps: false)));
        Assert.That(errors[1], Is.InstanceOf<OperationCanceledException>()
            .With.Property(nameof(OperationCanceledException.CancellationToken)).EqualTo(stop.Token));
    }

    [Test]
    public void A_cancelled_operation_is_cancelled_for_its_rank_and_fails_for_the_others()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        using CancellationTokenSource stop = new();
        using CountdownEvent underWay = new(3);

        Exception?[] errors = Gang.Errors(4, rank =>
        {
            if (rank < 3)
            {
                CancellationToken cancellation = rank == 2 ? stop.Token : CancellationToken.None;
                WorkUntilItFails(rendezvous.Join(Ring, 1, rank, worldSize: 3, cancellation), underWay);
            }

            underWay.Wait();
            stop.Cancel();
        });

        Assert.That(errors[..2], Is.All.Matches(Failed(CollectiveFailure.Cancelled, rank: 2, retryHelps: false)));
        Assert.That(errors[2], Is.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void A_cancellation_after_leaving_touches_nobody()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim stopped = new();

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            IGradientExchange exchange = rendezvous.Join(
                Ring, 1, rank, worldSize: 2, rank == 0 ? stop.Token : CancellationToken.None);
            Sum(exchange);
            if (rank == 0)
            {
                rendezvous.Leave(Ring, 1, rank);
                stop.Cancel();
                stopped.Set();
            }
            else
            {
                stopped.Wait();
                Sum(exchange);
            }
        });

        Assert.That(errors[0], Is.Null);
        Assert.That(errors[1], Is.Not.Null.And.Matches(Failed(CollectiveFailure.Left, rank: 0, retryHelps: true)));
    }

    [Test]
    public void Thousands_of_rings_leave_nothing_behind()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        const int rings = 3000;

        Gang.Run(2, rank =>
        {
            for (int ring = 0; ring < rings; ring++)
            {
                Join(rendezvous, rank, worldSize: 2, ring: $"ring-{ring}");
                rendezvous.Leave($"ring-{ring}", token: 1, rank);
            }

            return true;
        });

        Assert.That(rendezvous.RingCount, Is.Zero);
        Assert.That(rendezvous.ClosedCount, Is.EqualTo(LocalRingRendezvous.ClosedEpochsMax));
    }

    [Test]
    public void Thousands_of_failed_epochs_leave_nothing_behind()
    {
        LocalRingRendezvous rendezvous = new(Patient);

        for (int token = 0; token < 3000; token++)
        {
            using CancellationTokenSource stopped = new();
            stopped.Cancel();
            Assert.That(
                () => rendezvous.Join(Ring, token, rank: 0, worldSize: 2, stopped.Token),
                Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That((rendezvous.RingCount, rendezvous.ClosedCount), Is.EqualTo((0, 1)));
    }

    [Test]
    public void Leaving_what_one_has_not_joined_does_nothing()
    {
        LocalRingRendezvous rendezvous = new(Patient);
        rendezvous.Join(Ring, token: 1, rank: 0, worldSize: 1, CancellationToken.None);

        rendezvous.Leave("another", token: 1, rank: 0);
        rendezvous.Leave(Ring, token: 1, rank: 1);
        rendezvous.Leave(Ring, token: 2, rank: 0);

        Assert.That(rendezvous.RingCount, Is.EqualTo(1));
    }

    [TestCase(-1, 2)]
    [TestCase(2, 2)]
    [TestCase(0, 0)]
    public void A_rank_outside_its_world_is_a_bug_of_the_caller(int rank, int worldSize) =>
        Assert.That(
            () => Join(new LocalRingRendezvous(Patient), rank, worldSize), Throws.TypeOf<ArgumentOutOfRangeException>());

    private static IEnumerable<CommunicatorOptions> BadOptions =>
    [
        Patient with { BucketBytes = 7 },
        Patient with { JoinDeadline = TimeSpan.Zero },
        Patient with { OperationDeadline = Timeout.InfiniteTimeSpan },
        Patient with { OperationDeadline = TimeSpan.FromDays(30) },
    ];

    [TestCaseSource(nameof(BadOptions))]
    public void Options_out_of_range_are_refused(CommunicatorOptions options) =>
        Assert.That(() => new LocalRingRendezvous(options), Throws.TypeOf<ArgumentOutOfRangeException>());

    private static IGradientExchange Join(
        LocalRingRendezvous rendezvous, int rank, int worldSize, long token = 1, string ring = Ring) =>
        rendezvous.Join(ring, token, rank, worldSize, CancellationToken.None);

    private static double Sum(IGradientExchange exchange)
    {
        double[] one = [1.0];
        exchange.AllReduce(one);
        return one[0];
    }

    /// <summary>One operation after the other, large enough that an interruption falls into one.</summary>
    private static void WorkUntilItFails(IGradientExchange exchange, CountdownEvent underWay)
    {
        float[] gradients = new float[5000];
        exchange.AllReduce(gradients);
        underWay.Signal();
        while (true)
            exchange.AllReduce(gradients);
    }

    private static Predicate<Exception?> Failed(CollectiveFailure failure, int rank, bool retryHelps) =>
        error => error is CollectiveException e && e.Failure == failure && e.Rank == rank && e.RetryHelps == retryHelps;
}
