using System.Collections.Immutable;
using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Models.Tests.Checkpoints;

internal sealed class CheckpointFolderTests
{
    private string _folder = "";

    private CheckpointFolder Folder => new(_folder, "trial a");

    [SetUp]
    public void Prepare() => _folder = Directory.CreateTempSubdirectory("orchestrator-").FullName;

    [TearDown]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void The_newest_is_found_and_the_last_two_are_kept()
    {
        foreach (long step in (long[])[9, 10, 200])
        {
            Folder.Save(step, Content(step));
        }

        Assert.That(Folder.Latest()?.Step, Is.EqualTo(200));
        Assert.That(Folder.Latest()?.Content.Get("step").AsLongs()[0], Is.EqualTo(200));
        Assert.That(Files(), Is.EquivalentTo(new[] { "checkpoint-000000000010.safetensors", "checkpoint-000000000200.safetensors" }));
    }

    [Test]
    public void A_folder_without_checkpoints_has_none()
    {
        Assert.That(Folder.Latest(), Is.Null);
        Assert.That(new CheckpointFolder(Path.Combine(_folder, "absent"), "x").Latest(), Is.Null);
        Assert.That(() => Folder.Load(3), Throws.TypeOf<CheckpointException>());
    }

    [Test]
    public void Damage_to_any_byte_makes_the_one_before_the_newest()
    {
        Folder.Save(1, Content(1));
        Folder.Save(2, Content(2));
        string path = Path.Combine(_folder, "checkpoint-000000000002.safetensors");
        byte[] whole = File.ReadAllBytes(path);

        for (int place = 0; place < whole.Length; place++)
        {
            byte[] bytes = [.. whole];
            bytes[place] ^= 0x10;
            File.WriteAllBytes(path, bytes);
            Assert.That(Folder.Latest()?.Step, Is.EqualTo(1), $"byte {place} of {whole.Length}");
        }
    }

    [Test]
    public void A_file_cut_off_is_passed_over()
    {
        Folder.Save(1, Content(1));
        Folder.Save(2, Content(2));
        string path = Path.Combine(_folder, "checkpoint-000000000002.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        File.WriteAllText(Path.Combine(_folder, "checkpoint-000000000003.safetensors" + DurableFile.AsideSuffix), "half");

        Assert.That(Folder.Latest()?.Step, Is.EqualTo(1));
    }

    [Test]
    public void A_checkpoint_of_a_newer_version_is_refused_and_not_passed_over()
    {
        Folder.Save(1, Content(1));
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, Content(2) with { Metadata = Content(2).Metadata.Add("format", "2") });
        File.WriteAllBytes(Path.Combine(_folder, "checkpoint-000000000002.safetensors"), stream.ToArray());

        Assert.That(() => Folder.Latest(), Throws.TypeOf<CheckpointException>().With.Message.Contains("format 2"));
    }

    [Test]
    public void A_checkpoint_of_another_trial_is_refused()
    {
        Folder.Save(1, Content(1));

        Assert.That(
            () => new CheckpointFolder(_folder, "trial b").Latest(),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("trial a"));
    }

    [Test]
    public void Later_ones_are_deleted_and_in_the_end_all()
    {
        Folder.Save(1, Content(1));
        Folder.Save(2, Content(2));
        File.WriteAllText(Path.Combine(_folder, "weights.safetensors"), "");

        Folder.DeleteAfter(1);
        string[] left = Files();
        CheckpointFolder.Delete(_folder);

        Assert.That(left, Does.Not.Contain("checkpoint-000000000002.safetensors"));
        Assert.That(left, Does.Contain("checkpoint-000000000001.safetensors"));
        Assert.That(Files(), Is.EqualTo(new[] { "weights.safetensors" }));
    }

    private static SafeTensorsContent Content(long step) => new(
        ImmutableSortedDictionary<string, string>.Empty, [SafeTensor.Of("step", [1], (long[])[step])]);

    private string[] Files() => [.. Directory.GetFiles(_folder).Select(path => Path.GetFileName(path)!)];
}
