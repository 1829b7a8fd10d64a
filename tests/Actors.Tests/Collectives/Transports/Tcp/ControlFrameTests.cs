using System.Text;
using CsCheck;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

internal sealed class ControlFrameTests
{
    private const int WorldSize = 5;

    private static readonly FrameLink Link = new(Ring: 0x1234, Token: 7, From: 3, To: 1);

    private static readonly Gen<string> Texts = Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['α', 'ω'], Gen.Char['一', '三']), 0, 100];

    private static readonly Gen<ControlFrame> Frames = Gen.OneOf(
        from failure in Gen.Enum<CollectiveFailure>()
        from rank in Gen.Int[0, WorldSize - 1]
        from operation in Gen.Long[-1, long.MaxValue]
        from retryHelps in Gen.Bool
        from text in Texts
        select new ControlFrame(FrameKind.Abort, operation, rank, failure, retryHelps, text),
        from kind in Gen.OneOf(Gen.Const(FrameKind.Leave), Gen.Const(FrameKind.Query), Gen.Const(FrameKind.Progress))
        from rank in Gen.Int[-1, WorldSize - 1]
        from operation in Gen.Long[-1, long.MaxValue]
        select new ControlFrame(kind, operation, rank));

    [Test]
    public void Frames_in_a_row_are_read_as_they_were_written()
    {
        Frames.List[1, 5].Sample(frames =>
        {
            Span<byte> rest = Written(frames);
            foreach (ControlFrame frame in frames)
            {
                int read = ControlFrame.Read(rest, Link, WorldSize, out ControlFrame back, out RingFailure? fault);
                if (fault is not null || back != frame with { Text = AsFarAsItFits(frame.Text) })
                    return false;
                rest = rest[read..];
            }

            return rest.IsEmpty;
        });
    }

    [Test]
    public void A_frame_that_has_not_arrived_whole_is_waited_for()
    {
        Gen.Select(Frames, Gen.Double[0, 0.999]).Sample((frame, share) =>
        {
            byte[] bytes = Written([frame]);

            int read = ControlFrame.Read(bytes.AsSpan(0, (int)(bytes.Length * share)), Link, WorldSize, out _, out RingFailure? fault);

            return read == 0 && fault is null;
        });
    }

    [Test]
    public void Any_bytes_are_a_frame_or_a_fault_of_their_sender_but_no_exception()
    {
        Gen.Byte.Array[0, ControlFrame.BytesMax].Sample(
            bytes =>
            {
                int read = ControlFrame.Read(bytes, Link, WorldSize, out _, out RingFailure? fault);

                return bytes.Length < ControlFrame.HeaderBytes ? read == 0 : read == 0 && fault is { Kind: CollectiveFailure.Garbage, Rank: 3 };
            },
            iter: 100_000);
    }

    [Test]
    public void A_frame_with_some_bytes_changed_is_within_limits_or_a_fault_of_its_sender()
    {
        Gen<(double At, byte Change)[]> changes = Gen.Select(Gen.Double[0, 0.999], Gen.Byte[1, 255]).Array[1, 4];
        Gen.Select(Frames, changes).Sample(
            (frame, changes) =>
            {
                byte[] bytes = Written([frame]);
                foreach ((double at, byte change) in changes)
                    bytes[(int)(at * bytes.Length)] ^= change;

                int read = ControlFrame.Read(bytes, Link, WorldSize, out ControlFrame back, out RingFailure? fault);

                return fault is not null ? fault.Rank == Link.From : read <= bytes.Length && IsWithinLimits(back);
            },
            iter: 100_000);
    }

    [Test]
    public void A_text_is_cut_before_a_character_that_does_not_fit()
    {
        byte[] bytes = Written([ControlFrame.Abort(RingFailure.Aborted(0, new string('€', 200), retryHelps: false))]);

        _ = ControlFrame.Read(bytes, Link, WorldSize, out ControlFrame back, out _);

        Assert.That(Encoding.UTF8.GetByteCount(back.Text), Is.InRange(ControlFrame.TextBytesMax - 3, ControlFrame.TextBytesMax));
        Assert.That(back.Text, Does.EndWith("€"));
    }

    [Test]
    public void A_text_cannot_forge_lines()
    {
        byte[] bytes = Written([ControlFrame.Abort(RingFailure.Aborted(0, "lost\n2026 all is well\u001b[2J", retryHelps: false))]);

        _ = ControlFrame.Read(bytes, Link, WorldSize, out ControlFrame back, out _);

        Assert.That(back.Text.Any(char.IsControl), Is.False);
    }

    private static bool IsWithinLimits(ControlFrame frame) =>
        frame.Kind is FrameKind.Abort or FrameKind.Leave or FrameKind.Query or FrameKind.Progress or 0
        && frame.Rank is >= -1 and < WorldSize
        && frame.Operation >= -1
        && frame.Text is null or { Length: <= ControlFrame.TextBytesMax };

    private static string AsFarAsItFits(string text)
    {
        while (Encoding.UTF8.GetByteCount(text) > ControlFrame.TextBytesMax)
            text = text[..^1];
        return text;
    }

    private static byte[] Written(IEnumerable<ControlFrame> frames) => [.. frames.SelectMany(frame =>
    {
        byte[] bytes = new byte[ControlFrame.BytesMax];
        return bytes[..frame.Write(bytes, Link)];
    })];
}
