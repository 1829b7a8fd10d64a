using Orchestrator.Commands;

return RankCommand.IsMeant(args) ? RankCommand.Execute() : await CommandLine.RunAsync(args, Terminal.OfProcess());
