using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports;

internal sealed class MailboxTests
{
    private static readonly Envelope AnEnvelope = new(ElementType.Float32, Length: 10, Start: 2, Count: 3);

    [Test]
    public void What_is_posted_can_be_claimed_once()
    {
        Mailbox mailbox = new();
        mailbox.Post(AnEnvelope, chunk: 42);

        bool first = mailbox.TryClaim(out Envelope envelope, out nint chunk);
        bool second = mailbox.TryClaim(out _, out _);

        Assert.That((first, second, envelope, chunk), Is.EqualTo((true, false, AnEnvelope, (nint)42)));
    }

    [Test]
    public void A_mailbox_is_empty_only_after_the_release()
    {
        Mailbox mailbox = new();
        mailbox.Post(AnEnvelope, chunk: 42);
        mailbox.TryClaim(out _, out _);
        bool whileReading = mailbox.IsEmpty;

        mailbox.Release();

        Assert.That((whileReading, mailbox.IsEmpty), Is.EqualTo((false, true)));
    }

    [Test]
    public void What_is_withdrawn_cannot_be_claimed()
    {
        Mailbox mailbox = new();
        mailbox.Post(AnEnvelope, chunk: 42);

        mailbox.Withdraw();

        Assert.That(mailbox.TryClaim(out _, out _), Is.False);
    }

    [Test]
    public void Withdrawing_waits_for_the_reader()
    {
        Mailbox mailbox = new();
        mailbox.Post(AnEnvelope, chunk: 42);
        mailbox.TryClaim(out _, out _);
        bool readerIsDone = false;
        using Barrier both = new(2);

        bool[] seenAtReturn = Gang.Run(2, rank =>
        {
            both.SignalAndWait();
            if (rank == 0)
                mailbox.Withdraw();
            else
                Read();
            return Volatile.Read(ref readerIsDone);
        });

        Assert.That(seenAtReturn[0], Is.True);

        void Read()
        {
            Thread.SpinWait(100_000);
            Volatile.Write(ref readerIsDone, true);
            mailbox.Release();
        }
    }
}
