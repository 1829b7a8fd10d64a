using Akka.Configuration;
using Akka.Persistence.Sql;
using Akka.TestKit;
using NUnit.Framework.Internal;
using Orchestrator.Actors.Hosting;

namespace Orchestrator.Actors.Tests;

/// <summary>A test with an actor system of its own: ours, but that the journal is in memory and that even local messages are serialized.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
internal abstract class ActorTest : TestKitBase, IAsyncDisposable
{
    private const string Own = """
        akka.actor.serialize-messages = on
        akka.actor.serializers.by-reference = "Orchestrator.Actors.Tests.ByReference, Orchestrator.Actors.Tests"
        akka.actor.serialization-bindings {
          "Akka.Dispatch.SysMsg.StopChild, Akka" = by-reference
          "Akka.Persistence.Journal.AsyncWriteJournal+Desequenced, Akka.Persistence" = by-reference
          "Akka.Persistence.RequestRecoveryPermit, Akka.Persistence" = by-reference
          "Akka.Persistence.RecoveryPermitGranted, Akka.Persistence" = by-reference
          "Akka.Persistence.ReturnRecoveryPermit, Akka.Persistence" = by-reference
          "Akka.Persistence.RecoveryTick, Akka.Persistence" = by-reference
        }
        akka.loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]
        akka.test.default-timeout = 20s
        akka.test.single-expect-default = 20s
        """;

    private const string InMemory = """akka.persistence.journal.plugin = "akka.persistence.journal.inmem" """;

    protected ActorTest(string hocon = InMemory)
        : base(new NUnitAssertions(), ConfigurationOf(hocon), null, null)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await ShutdownAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Tries again until it holds; in a context of its own, where NUnit does not keep the failures of early tries.</summary>
    protected Task Eventually(Action assertion) => AwaitAssertAsync(() =>
    {
        using (new TestExecutionContext.IsolatedContext())
            assertion();
    });

    private static Config ConfigurationOf(string hocon) => ConfigurationFactory.ParseString(hocon)
        .WithFallback(ConfigurationFactory.ParseString(Own))
        .WithFallback(HoconFiles.Load(null, HoconFiles.SingleNode))
        .WithFallback(SqlPersistence.DefaultConfiguration);
}
