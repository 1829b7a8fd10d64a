using Orchestrator.Commands;
using Orchestrator.Execution;

if (RankCommand.IsMeant(args))
    return RankCommand.Execute();
return args is [BenchCommand.RankVerb] && Console.IsInputRedirected
    ? BenchRing.RunRank(Console.In, Console.Out)
    : await CommandLine.RunAsync(args, Terminal.OfProcess());
