using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Persistence;
using Akka.Persistence.Sql;
using Orchestrator.Actors.Hosting;
using Orchestrator.Experiments.Sweeps;

namespace Orchestrator.Actors.Tests.Hosting;

internal sealed class HoconFilesTests
{
    private static readonly string[] Files = [HoconFiles.Base, HoconFiles.SingleNode];

    /// <summary>Ours, or names that are free.</summary>
    private static readonly string[] Own =
    [
        "akka.actor.serializers.wire",
        "akka.actor.serialization-bindings.",
        "orchestrator.worker.outstanding-batches",
        "orchestrator.worker.resend-interval",
        "orchestrator.worker.step-interval",
        "orchestrator.metrics.publish-interval",
        "orchestrator.log.file",
    ];

    [Test]
    public void Every_key_is_one_that_somebody_reads([ValueSource(nameof(Files))] string file)
    {
        Config reference = ConfigurationFactory.Default()
            .WithFallback(Persistence.DefaultConfig())
            .WithFallback(SqlPersistence.DefaultConfiguration);
        Config config = ConfigurationFactory.ParseString(HoconFiles.Embedded(file));

        IEnumerable<string> unknown = Keys(config.Root, "")
            .Where(key => !Own.Any(own => key.StartsWith(own, StringComparison.Ordinal)))
            .Where(key => !IsDispatcher(key, reference) && !reference.HasPath(key));

        Assert.That(unknown, Is.Empty);
    }

    [Test]
    public void A_misspelt_key_would_be_found()
    {
        Assert.That(ConfigurationFactory.Default().HasPath("akka.loglevle"), Is.False);
        Assert.That(Keys(ConfigurationFactory.ParseString("akka { loglevle = x }").Root, ""), Is.EqualTo(new[] { "akka.loglevle" }));
    }

    [Test]
    public void The_settings_are_read_from_the_files()
    {
        ActorSettings settings = ActorSettings.Read(HoconFiles.Load(null, HoconFiles.SingleNode));

        Assert.That(settings.OutstandingBatches, Is.EqualTo(8));
        Assert.That(settings.ResendInterval, Is.EqualTo(TimeSpan.FromSeconds(5)));
        Assert.That(settings.StepInterval, Is.EqualTo(TimeSpan.FromMilliseconds(200)));
        Assert.That(settings.PublishInterval, Is.EqualTo(TimeSpan.FromMilliseconds(250)));
    }

    [Test]
    public void A_folder_of_the_users_goes_before_what_the_assembly_carries()
    {
        string folder = Directory.CreateTempSubdirectory("hocon").FullName;
        File.WriteAllText(
            Path.Combine(folder, HoconFiles.SingleNode), "orchestrator.worker.outstanding-batches = 3");

        Config config = HoconFiles.Load(folder, HoconFiles.SingleNode);

        Assert.That(ActorSettings.Read(config).OutstandingBatches, Is.EqualTo(3));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void All_wrong_settings_are_named_at_once()
    {
        Config config = ConfigurationFactory.ParseString("""
            orchestrator.worker.outstanding-batches = 0
            orchestrator.worker.resend-interval = soon
            orchestrator.metrics.publish-interval = 250ms
            """);

        var exception = Assert.Throws<BadInputException>(() => ActorSettings.Read(config))!;

        Assert.That(exception.Errors.Select(error => error.Path), Is.EqualTo(new[]
        {
            "orchestrator.worker.outstanding-batches",
            "orchestrator.worker.resend-interval",
            "orchestrator.worker.step-interval",
        }));
    }

    /// <summary>A dispatcher of ours is made like Akka's own.</summary>
    private static bool IsDispatcher(string key, Config reference)
    {
        int end = key.IndexOf("-dispatcher.", StringComparison.Ordinal);
        return key.StartsWith("orchestrator.", StringComparison.Ordinal) && end > 0
            && reference.HasPath($"akka.actor.default-dispatcher.{key[(end + "-dispatcher.".Length)..]}");
    }

    private static IEnumerable<string> Keys(HoconValue value, string path)
    {
        if (!value.IsObject())
            return [path];
        return value.GetObject().Items.SelectMany(item =>
        {
            string key = item.Key.Contains('.', StringComparison.Ordinal) ? $"\"{item.Key}\"" : item.Key;
            return Keys(item.Value, path.Length == 0 ? key : $"{path}.{key}");
        });
    }
}
