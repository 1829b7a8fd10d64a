using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

internal sealed class RecordingArchiveTests
{
    private static readonly byte[] Sound = Wav.Of([1, 2, 3]);
    private static readonly byte[] Other = Wav.Of([4, 5]);

    [Test]
    public void Recordings_come_in_the_order_of_their_names_without_folders()
    {
        byte[] archive = Wav.Archive(("set/b.wav", Sound), ("README", [1]), ("set/deep/a.wav", Other), ("set/._b.wav", [2]));

        SortedDictionary<string, byte[]> recordings = RecordingArchive.Unpack("set.tar.gz", archive);

        Assert.That(recordings.Keys, Is.EqualTo(new[] { "a.wav", "b.wav" }));
        Assert.That(recordings["a.wav"], Is.EqualTo(Other));
    }

    [Test]
    public void The_content_hash_sees_the_recordings_and_not_the_packing()
    {
        string packed = HashOf(("x/a.wav", Sound), ("x/b.wav", Other));
        string repacked = HashOf(("LICENSE", [1, 2]), ("y/z/b.wav", Other), ("y/a.wav", Sound));
        string renamed = HashOf(("x/a.wav", Other), ("x/b.wav", Sound));
        string altered = HashOf(("x/a.wav", Sound), ("x/b.wav", Wav.Of([4, 6])));

        Assert.That(repacked, Is.EqualTo(packed));
        Assert.That(new[] { packed, renamed, altered }, Is.Unique);
    }

    [Test]
    public void An_archive_cut_off_is_refused([Values(0.2, 0.5, 0.8)] double part)
    {
        var noise = new byte[20_000];
        var stream = new Models.Randomness.SplitMix(1);
        foreach (ref byte value in noise.AsSpan())
        {
            value = (byte)stream.NextInt(256);
        }

        byte[] archive = Wav.Archive(("a.wav", noise));

        Assert.That(
            () => RecordingArchive.Unpack("set.tar.gz", archive[..(int)(archive.Length * part)]),
            Throws.InstanceOf<DataException>().With.Message.Contains("set.tar.gz"));
    }

    [Test]
    public void What_is_no_archive_is_refused() =>
        Assert.That(() => RecordingArchive.Unpack("set.tar.gz", [1, 2, 3, 4]), Throws.InstanceOf<DataException>());

    [Test]
    public void A_recording_that_comes_twice_is_refused() => Assert.That(
        () => RecordingArchive.Unpack("set.tar.gz", Wav.Archive(("x/a.wav", Sound), ("y/a.wav", Sound))),
        Throws.InstanceOf<DataException>().With.Message.Contains("twice"));

    [Test]
    public void A_member_beyond_the_limit_is_refused() => Assert.That(
        () => RecordingArchive.Unpack("set.tar.gz", Wav.Archive(("huge.wav", new byte[4_000_001]))),
        Throws.InstanceOf<DataException>().With.Message.Contains("limits"));

    private static string HashOf(params (string Name, byte[] Content)[] members) =>
        RecordingArchive.ContentHash(RecordingArchive.Unpack("set.tar.gz", Wav.Archive(members)));
}
