using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Models.Tests.Checkpoints;

internal sealed class DurableFileTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orchestrator-").FullName;

    private string File_ => Path.Combine(_folder, "file");

    [Test]
    public void A_write_that_fails_leaves_the_old_file_and_nothing_else()
    {
        DurableFile.Write(File_, stream => stream.Write("old"u8));

        Assert.That(() => DurableFile.Write(File_, FailHalfway), Throws.TypeOf<IOException>());

        Assert.That(File.ReadAllText(File_), Is.EqualTo("old"));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));

        static void FailHalfway(Stream stream)
        {
            stream.Write("new"u8);
            throw new IOException("No space left on device.");
        }
    }

    [Test]
    public void What_a_killed_process_left_behind_is_overwritten()
    {
        File.WriteAllText(File_ + DurableFile.AsideSuffix, "half a very long file");

        DurableFile.Write(File_, stream => stream.Write("new"u8));

        Assert.That(File.ReadAllText(File_), Is.EqualTo("new"));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_folder_that_is_not_there_is_an_error_of_the_world()
    {
        string absent = Path.Combine(_folder, "absent");

        Assert.That(() => DurableFile.Write(Path.Combine(absent, "file"), _ => { }), Throws.InstanceOf<IOException>());
        Assert.That(() => DurableFile.FlushDirectory(absent), Throws.InstanceOf<IOException>());
    }

    [TearDown]
    public void Clean() => Directory.Delete(_folder, recursive: true);

    [SetUp]
    public void Prepare() => Directory.CreateDirectory(_folder);
}
