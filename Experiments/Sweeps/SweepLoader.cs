using System.Text;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Experiments.Sweeps.Validation;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>From a sweep file to its plan. Writes nothing.</summary>
public static class SweepLoader
{
    /// <summary>Far more than a sweep written by hand; what a program writes should be a grid.</summary>
    public const int BytesMax = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="slots">Slots of the machine, so that a gang that never fits is found; null: not known.</param>
    /// <exception cref="BadInputException">The file cannot be read, or cannot be planned; carries every reason.</exception>
    public static Plan Load(string path, DataRoot root, int? slots = null)
    {
        var errors = new ErrorSink(path);
        return PlanOf(path, root, slots, errors) ?? throw new BadInputException(errors.Errors);
    }

    /// <summary>The same, for those who want to know only what is wrong; empty: nothing.</summary>
    public static IReadOnlyList<InputError> Validate(string path, DataRoot root, int? slots = null)
    {
        var errors = new ErrorSink(path);
        _ = PlanOf(path, root, slots, errors);
        return errors.Errors;
    }

    /// <summary>The plan of a text that is in no file.</summary>
    /// <param name="name">Stands for the file in errors.</param>
    /// <exception cref="BadInputException">As with <see cref="Load"/>.</exception>
    public static Plan Parse(string name, string text, DataRoot root, int? slots = null)
    {
        var errors = new ErrorSink(name);
        return PlanOf(text, errors, root, slots) ?? throw new BadInputException(errors.Errors);
    }

    private static Plan? PlanOf(string path, DataRoot root, int? slots, ErrorSink errors) =>
        Read(path, errors) is { } text
            ? PlanOf(text, errors, root with { SweepDirectory = Path.GetDirectoryName(Path.GetFullPath(path)) }, slots)
            : null;

    private static Plan? PlanOf(string text, ErrorSink errors, DataRoot root, int? slots)
    {
        if (JsonSyntax.Parse(text, errors) is not { } node)
            return null;
        if (node is not ObjectNode whole)
        {
            errors.AddFound(node, "an object with `name`, `base`, `variants`, `seeds`");
            return null;
        }

        SweepFile file = new Binder(errors, Binding.Lenient).Bind<SweepFile>(whole)!;
        SweepDefinition sweep = new DefinitionReader(file, whole, errors).Read();
        foreach (IRule rule in Rules.All)
            rule.Check(sweep, errors);
        return new Planner(sweep, root, slots, errors).Make();
    }

    /// <summary>Null if it cannot be read; that is reported.</summary>
    private static string? Read(string path, ErrorSink errors)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            byte[] bytes = new byte[BytesMax + 1];
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count <= BytesMax)
                return Strict.GetString(bytes, 0, count);
            errors.AddWhole($"The file has more than {BytesMax} bytes, which is all that a sweep may have.");
        }
        catch (DecoderFallbackException)
        {
            errors.AddWhole("The file is not UTF-8 text; save it as UTF-8.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.AddWhole($"The file cannot be read: {exception.Message}");
        }

        return null;
    }
}
