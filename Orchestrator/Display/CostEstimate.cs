namespace Orchestrator.Display;
internal static class CostEstimate { public static TimeSpan Of(Orchestrator.Experiments.Planning.Plan plan, int slots) => TimeSpan.FromSeconds(plan.Trials.Length * slots); }
