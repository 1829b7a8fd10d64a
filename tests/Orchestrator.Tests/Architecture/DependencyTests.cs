using System.Reflection;
using NetArchTest.Rules;
using Orchestrator.Actors.Hosting;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;

namespace Orchestrator.Tests.Architecture;

/// <summary>Who may know of whom: the table of docs/architecture.md, as tests.</summary>
internal sealed class DependencyTests
{
    private const string Akka = "Akka";
    private const string Collectives = "Orchestrator.Actors.Collectives";

    private static readonly Assembly Models = typeof(DataSets).Assembly;
    private static readonly Assembly Experiments = typeof(RunStore).Assembly;
    private static readonly Assembly Actors = typeof(SweepHost).Assembly;

    [Test]
    public void Models_know_neither_Akka_nor_experiments() =>
        Assert.That(Offenders(Types.InAssembly(Models).That().ResideInNamespace("Orchestrator.Models"), Akka, "Orchestrator.Experiments", "Orchestrator.Actors"), Is.Empty);

    [Test]
    public void Experiments_know_neither_Akka_nor_actors() =>
        Assert.That(Offenders(Types.InAssembly(Experiments).That().ResideInNamespace("Orchestrator.Experiments"), Akka, "Orchestrator.Actors"), Is.Empty);

    [Test]
    public void Collectives_know_nothing_of_Akka_nor_of_the_actors_around_them() =>
        Assert.That(
            Offenders(
                Types.InAssembly(Actors).That().ResideInNamespace(Collectives),
                [Akka, .. ActorNamespaces().Where(name => !name.StartsWith(Collectives, StringComparison.Ordinal))]),
            Is.Empty);

    [Test]
    public void Training_does_not_know_of_reports_and_databases() =>
        Assert.That(Offenders(Types.InAssembly(Models).That().ResideInNamespace("Orchestrator.Models"), "Microsoft.Data.Sqlite"), Is.Empty);

    /// <summary>A rule that could not fail would hold for anything.</summary>
    [Test]
    public void The_rules_can_fail()
    {
        Assert.That(Offenders(Types.InAssembly(Actors).That().ResideInNamespace("Orchestrator.Actors"), Akka), Is.Not.Empty);
        Assert.That(Offenders(Types.InAssembly(Experiments).That().ResideInNamespace("Orchestrator.Experiments"), "Orchestrator.Models"), Is.Not.Empty);
        Assert.That(
            Offenders(Types.InAssembly(Actors).That().ResideInNamespace(Collectives), Collectives + ".Transports"),
            Is.Not.Empty,
            "types of the collectives use their own transports");
    }

    private static string[] ActorNamespaces() =>
        [.. Actors.GetTypes().Select(type => type.Namespace ?? "").Where(name => name.StartsWith("Orchestrator.Actors.", StringComparison.Ordinal)).Distinct()];

    private static string[] Offenders(PredicateList types, params string[] forbidden)
    {
        Assert.That(types.GetTypes(), Is.Not.Empty, "the rule must be about something");
        return [.. (types.ShouldNot().HaveDependencyOnAny(forbidden).GetResult().FailingTypeNames ?? []).Order(StringComparer.Ordinal)];
    }
}
