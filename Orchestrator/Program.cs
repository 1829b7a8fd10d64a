using Orchestrator.Commands;

return await CommandLine.RunAsync(args, Terminal.OfProcess());
