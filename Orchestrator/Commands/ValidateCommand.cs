using System.CommandLine;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Commands;

/// <summary><c>validate SWEEP…</c>: everything that is wrong with sweep files, at once.</summary>
internal static class ValidateCommand
{
    public static Command Create(Terminal terminal)
    {
        var sweeps = new Argument<string[]>("SWEEP") { Description = "Sweep files (JSON).", Arity = ArgumentArity.OneOrMore };
        Option<string?> data = CommonOptions.Data();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("validate", "Names all errors of sweep files, with their places. Writes nothing.") { sweeps, data, json };
        command.SetAction(parsed => Execute(
            parsed.GetRequiredValue(sweeps), DataRoot.Find(parsed.GetValue(data)), parsed.GetValue(json), terminal));
        return command;
    }

    private static int Execute(string[] sweeps, DataRoot data, bool json, Terminal terminal)
    {
        (string File, IReadOnlyList<InputError> Errors)[] found = [.. sweeps.Select(sweep => (sweep, SweepLoader.Validate(sweep, data)))];
        if (json)
            terminal.Out.WriteLine(new JArray(found.Select(one => Json(one.File, one.Errors))).ToString(Formatting.Indented));
        else
            WriteText(found, terminal);
        return found.All(one => one.Errors.Count == 0) ? ExitCode.Done : ExitCode.BadInput;
    }

    private static void WriteText((string File, IReadOnlyList<InputError> Errors)[] found, Terminal terminal)
    {
        foreach ((string file, IReadOnlyList<InputError> errors) in found)
        {
            if (errors.Count == 0)
                terminal.Out.WriteLine($"{file}: valid.");
            foreach (InputError error in errors)
                terminal.Error.WriteLine(error);
        }

        int count = found.Sum(one => one.Errors.Count);
        if (count > 0)
            terminal.Error.WriteLine(count == 1 ? "1 error." : $"{count} errors.");
    }

    private static JObject Json(string file, IReadOnlyList<InputError> errors) => new()
    {
        ["file"] = file,
        ["valid"] = errors.Count == 0,
        ["errors"] = new JArray(errors.Select(error => new JObject
        {
            ["line"] = error.Line,
            ["column"] = error.Column,
            ["path"] = error.Path,
            ["message"] = error.Message,
            ["found"] = error.Found,
            ["allowed"] = error.Allowed,
            ["nearest"] = error.Nearest,
        })),
    };
}
