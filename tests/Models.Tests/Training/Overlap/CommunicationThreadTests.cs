using System.Collections.Concurrent;
using Orchestrator.Models.Training.Overlap;

namespace Orchestrator.Models.Tests.Training.Overlap;

internal sealed class CommunicationThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public void Jobs_run_in_order_on_one_other_thread_as_they_are_allowed()
    {
        var jobs = new ConcurrentQueue<(int Job, int Thread)>();
        using var lane = new CommunicationThread("test", job => jobs.Enqueue((job, Environment.CurrentManagedThreadId)));

        for (int step = 0; step < 3; step++)
        {
            lane.Begin();
            lane.Allow(1);
            lane.Await(1);
            Assert.That(jobs, Has.Count.EqualTo((step * 4) + 1));
            lane.Allow(3);
            lane.Allow(4);
            lane.Await(4);
        }

        Assert.That(jobs.Select(job => job.Job), Is.EqualTo(new[] { 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3 }));
        Assert.That(jobs.Select(job => job.Thread).Distinct(), Is.EqualTo(new[] { jobs.First().Thread }));
        Assert.That(jobs.First().Thread, Is.Not.EqualTo(Environment.CurrentManagedThreadId));
    }

    [Test]
    public void A_job_runs_while_the_caller_goes_on()
    {
        using var running = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        bool released = false;
        using var lane = new CommunicationThread("test", _ =>
        {
            running.Set();
            released = goOn.Wait(Patience);
        });
        lane.Begin();

        lane.Allow(1);

        Assert.That(running.Wait(Patience), Is.True, "nobody awaited it");
        goOn.Set();
        lane.Await(1);
        Assert.That(released, Is.True);
    }

    [Test]
    public void What_a_job_throws_is_thrown_unchanged_at_whatever_is_called_next()
    {
        var failure = new OperationCanceledException("Enough.", new CancellationToken(canceled: true));
        var jobs = new ConcurrentQueue<int>();
        using var lane = new CommunicationThread("test", job => Throw(job, jobs, failure));
        lane.Begin();
        lane.Allow(3);

        Assert.That(() => lane.Await(3), Throws.Exception.SameAs(failure));
        Assert.That(() => lane.Allow(4), Throws.Exception.SameAs(failure));
        Assert.That(lane.Begin, Throws.Exception.SameAs(failure));
        Assert.That(jobs, Is.EqualTo(new[] { 0, 1 }), "no job runs behind one that failed");
        lane.Await(1);

        static void Throw(int job, ConcurrentQueue<int> jobs, Exception failure)
        {
            jobs.Enqueue(job);
            if (job == 1)
            {
                throw failure;
            }
        }
    }

    [Test]
    public void It_ends_with_its_owner_whether_it_waits_or_works([Values] bool works)
    {
        using var running = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        Thread? thread = null;
        var jobs = new ConcurrentQueue<int>();
        var lane = new CommunicationThread("test", job =>
        {
            jobs.Enqueue(job);
            thread = Thread.CurrentThread;
            running.Set();
            goOn.Wait(Patience);
        });
        lane.Begin();
        lane.Allow(works ? 2 : 1);
        Assert.That(running.Wait(Patience), Is.True);
        if (!works)
        {
            goOn.Set();
            lane.Await(1);
        }

        var ends = new Thread(lane.Dispose);
        ends.Start();
        goOn.Set();

        Assert.That(ends.Join(Patience), Is.True);
        Assert.That(thread!.Join(Patience), Is.True);
    }

    [Test]
    public void A_step_cannot_begin_before_the_last_one_is_done()
    {
        using var goOn = new ManualResetEventSlim();
        using var lane = new CommunicationThread("test", _ => goOn.Wait(Patience));
        lane.Begin();
        lane.Allow(1);

        Assert.That(lane.Begin, Throws.InvalidOperationException);

        goOn.Set();
        lane.Await(1);
        Assert.That(lane.Begin, Throws.Nothing);
    }
}
