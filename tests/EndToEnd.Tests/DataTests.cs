namespace Orchestrator.EndToEnd.Tests;

/// <summary>Real recordings: missing, cut off, and there.</summary>
internal sealed class DataTests
{
    private const string Archive = "waves_yesno.tar.gz";

    [Test]
    public async Task A_recording_archive_that_is_cut_off_is_refused()
    {
        using var place = new Workplace();
        string sweep = place.Write("yes-no.json", YesNo(epochs: 1));
        Directory.CreateDirectory(place.PathOf("data", "yesno"));
        await File.WriteAllBytesAsync(place.PathOf("data", "yesno", Archive), new byte[1000]);

        Ended run = await Program.RunAsync(place.Folder, "run", sweep, "--data", "data");
        Ended verified = await Program.RunAsync(place.Folder, "data", "verify", "yes-no", "--data", "data");

        Assert.That(run.ExitCode, Is.EqualTo(2), run.ToString());
        Assert.That(run.Error, Does.Contain(Archive).And.Contain("truncated").And.Not.Contain("   at "));
        Assert.That(verified.ExitCode, Is.EqualTo(2), verified.ToString());
    }

    [Test]
    public async Task A_missing_data_set_says_how_to_get_it()
    {
        using var place = new Workplace();
        string sweep = place.Write("yes-no.json", YesNo(epochs: 1));

        Ended run = await Program.RunAsync(place.Folder, "run", sweep, "--data", "nowhere");

        Assert.That(run.ExitCode, Is.EqualTo(2), run.ToString());
        Assert.That(run.Error, Does.Contain("orchestrator data fetch yes-no").And.Not.Contain("   at "));
    }

    /// <summary>
    /// 60 recordings of eight words each, 26 of which train: the whole path learns on real speech, or something in it is
    /// wrong. By the middle one of three seeds: with so few recordings one may stay on the plateau before the breakthrough.
    /// </summary>
    [Test]
    public async Task Two_words_are_learnt_from_real_recordings_almost_without_errors()
    {
        string data = Environment.GetEnvironmentVariable("ORCHESTRATOR_DATA") ?? "";
        if (!File.Exists(Path.Combine(data, "yesno", Archive)))
            Assert.Ignore($"ORCHESTRATOR_DATA names no folder with yesno/{Archive}.");
        using var place = new Workplace();
        string sweep = place.Write("yes-no.json", YesNo(epochs: 45));

        Ended run = await Program.RunAsync(place.Folder, "run", sweep, "--data", data);

        Assert.That(run.ExitCode, Is.Zero, run.ToString());
        double[] errors = [.. RunFolder.In(place.PathOf("runs")).ValuesOf("test/label-error-rate").Order()];
        Assert.That(errors, Has.Length.EqualTo(3));
        Assert.That(errors[1], Is.LessThan(0.03), $"label error of the middle seed of {string.Join(", ", errors)}");
    }

    private static string YesNo(int epochs) => $$"""
        {
          "name": "yes-no",
          "base": {
            "data": { "kind": "yes-no", "bands": 12, "frameStacking": 6, "batchSize": 2 },
            "network": { "kind": "rnn", "activation": "relu", "hiddenSize": 64 },
            "optimizer": { "kind": "adam", "learningRate": 0.003 },
            "training": { "epochs": {{epochs}}, "evaluateEveryEpochs": 15 }
          },
          "seeds": 3
        }
        """;
}
