using System.Collections.Immutable;
using Orchestrator.Actors.Coordination;
using static Orchestrator.Actors.Coordination.SweepProtocol;

namespace Orchestrator.Actors.Tests.Coordination;

/// <summary>Words for tests of sweeps: trials are called t0, t1 …, workers w0, w1 ….</summary>
internal static class Given
{
    public static SweepState State(params IEnumerable<IEvent> events) =>
        events.Aggregate(SweepState.Empty, (state, @event) => state.Apply(@event));

    /// <summary>A plan of independent trials of one rank each.</summary>
    public static PlanAccepted Plan(int trials) => Plan([.. Enumerable.Range(0, trials).Select(index => Trial(index))]);

    public static PlanAccepted Plan(params PlannedTrial[] trials) => new("plan", [.. trials]);

    public static PlannedTrial Trial(int index, int worldSize = 1, params string[] dependsOn) =>
        new($"t{index}", worldSize, [.. dependsOn]);

    public static WorkerRegistered Worker(int index) => new($"w{index}", Incarnation: 1);

    public static AttemptGranted Granted(int trial, long token, params string[] workers) => new(trial, token, [.. workers]);

    public static IReply Reply(this SweepState state, ICommand command) => state.Decide(command).Reply;

    public static ImmutableArray<IEvent> Events(this SweepState state, ICommand command) => state.Decide(command).Events;

    public static SweepState After(this SweepState state, ICommand command) =>
        state.Events(command).Aggregate(state, (before, @event) => before.Apply(@event));

    public static ImmutableArray<IEffect> Effects(this SweepState state, ICommand command)
    {
        var effects = ImmutableArray.CreateBuilder<IEffect>();
        foreach (IEvent @event in state.Events(command))
        {
            state = state.Apply(@event);
            effects.AddRange(state.Effects(@event));
        }

        return effects.ToImmutable();
    }
}
