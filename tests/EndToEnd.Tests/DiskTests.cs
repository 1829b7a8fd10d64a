namespace Orchestrator.EndToEnd.Tests;

/// <summary>Disks that are full or take no writes.</summary>
internal sealed class DiskTests
{
    private const int Megabyte = 1 << 20;

    [Test]
    public async Task A_full_disk_stops_a_run_cleanly_and_space_lets_it_go_on()
    {
        using var place = new Workplace();
        string sweep = place.Write("long.json", Sweeps.Long(epochs: 2));
        using SmallDisk disk = await SmallDisk.MountAsync(place.PathOf("small"), megabytes: 8);
        Ended alone = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "alone");
        string ballast = disk.FillUpTo(Megabyte);

        Ended full = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "small");

        Assert.That(alone.ExitCode, Is.Zero, alone.ToString());
        Assert.That(full.ExitCode, Is.EqualTo(1), full.ToString());
        Assert.That(full.Error, Does.Contain("No space is left").And.Contain("orchestrator resume").And.Not.Contain("   at "));

        File.Delete(ballast);
        Ended resumed = await Program.RunAsync(place.Folder, "resume", sweep, "--runs", "small");

        Assert.That(resumed.ExitCode, Is.Zero, resumed.ToString());
        await Same.AssertAsync(RunFolder.In(place.PathOf("alone")), RunFolder.In(place.PathOf("small")), place);
    }

    [Test]
    public async Task A_disk_without_room_for_a_run_is_told_and_nothing_is_left_on_it()
    {
        using var place = new Workplace();
        string sweep = place.Write("tiny.json", Sweeps.Tiny());
        using SmallDisk disk = await SmallDisk.MountAsync(place.PathOf("small"), megabytes: 2);
        string ballast = disk.FillUpTo(8192);

        Ended full = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "small");

        Assert.That(full.ExitCode, Is.EqualTo(2), full.ToString());
        Assert.That(full.Error, Does.Contain("No space is left").And.Not.Contain("   at "));
        Assert.That(Directory.GetFileSystemEntries(place.PathOf("small")), Is.EqualTo(new[] { ballast }));
    }

    [Test]
    public async Task A_run_on_a_disk_that_takes_no_writes_can_be_read_but_not_resumed()
    {
        using var place = new Workplace();
        string sweep = place.Write("tiny.json", Sweeps.Tiny());
        using SmallDisk disk = await SmallDisk.MountAsync(place.PathOf("small"), megabytes: 16);
        Ended run = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "small");
        await disk.MakeReadOnlyAsync();

        Ended resumed = await Program.RunAsync(place.Folder, "resume", "tiny", "--runs", "small");
        Ended status = await Program.RunAsync(place.Folder, "status", "tiny", "--runs", "small");
        Ended report = await Program.RunAsync(place.Folder, "report", "tiny", "--runs", "small", "--output", "elsewhere");

        Assert.That(run.ExitCode, Is.Zero, run.ToString());
        Assert.That(resumed.ExitCode, Is.EqualTo(2), resumed.ToString());
        Assert.That(resumed.Error, Does.Contain("cannot be written").And.Not.Contain("   at "));
        Assert.That(status.ExitCode, Is.Zero, status.ToString());
        Assert.That(report.ExitCode, Is.Zero, report.ToString());
    }

    [Test]
    public async Task A_folder_of_runs_that_takes_no_writes_is_told_before_anything_is_trained()
    {
        using var place = new Workplace();
        string sweep = place.Write("tiny.json", Sweeps.Tiny());
        using SmallDisk disk = await SmallDisk.MountAsync(place.PathOf("small"), megabytes: 2);
        await disk.MakeReadOnlyAsync();

        Ended run = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "small");

        Assert.That(run.ExitCode, Is.EqualTo(2), run.ToString());
        Assert.That(run.Error, Does.Contain("cannot be written").And.Contain("--runs").And.Not.Contain("   at "));
        Assert.That(run.Out, Does.Not.Contain("start "));
    }
}
