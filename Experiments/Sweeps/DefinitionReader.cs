using System.Collections.Immutable;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>From what a file says to what it means: lays base, variants and grid over each other, and reads every cell that results.</summary>
internal sealed class DefinitionReader(SweepFile file, ObjectNode root, ErrorSink errors)
{
    /// <summary>Cells in a plan. A larger grid is more likely a slip than a wish.</summary>
    public const int CellsMax = 10_000;

    public SweepDefinition Read()
    {
        ImmutableArray<Variant> variants = new VariantReader(file, root, errors).Read();
        ImmutableArray<GridAxis> axes = GridAxis.Read(file.Grid?.Node, errors);
        return new SweepDefinition
        {
            Name = file.Name,
            NamePlace = (root.Find("name")?.Value ?? root).Place,
            Description = file.Description,
            Question = file.Question,
            Variants = variants,
            Axes = axes,
            Cells = ReadCells(variants, axes),
            Objective = file.Objective,
            ObjectivePlace = (root.FindPath("objective.metric") ?? root).Place,
            Report = new ReportOptions { EquivalenceMargin = file.Report.EquivalenceMargin, Confidence = file.Report.Confidence },
        };
    }

    private ImmutableArray<CellDraft> ReadCells(ImmutableArray<Variant> variants, ImmutableArray<GridAxis> axes)
    {
        if (file.Base?.Node is not ObjectNode given)
        {
            if (file.Base is not null)
                errors.AddFound(file.Base.Node, "an object of settings");
            return [];
        }

        // The base may be completed or overruled by variants: alone, it must only hold nothing that is wrong.
        ObjectNode baseTree = SettingsTree.Nest(given, errors);
        _ = Bind(baseTree, Binding.Part);
        double count = axes.Aggregate((double)variants.Length, (product, axis) => product * axis.Values.Length);
        if (count > CellsMax)
        {
            errors.Add(root.FindPath("grid")?.Place ?? root.Place, $"The grid has {count:0} cells; allowed: {CellsMax}.");
            return [];
        }

        var excluded = new ExclusionReader(variants, axes, errors).Read(file.Exclude);
        ImmutableArray<ImmutableArray<int>> points = Points(axes);
        var cells = ImmutableArray.CreateBuilder<CellDraft>();
        bool isAnyLeft = false;
        foreach (Variant variant in variants)
        {
            ObjectNode tree = SettingsTree.Merge(baseTree, variant.Tree);
            foreach (ImmutableArray<int> point in points)
            {
                if (excluded.Any(fits => fits(variant, [.. point.Select((value, axis) => axes[axis].Values[value].Value)])))
                    continue;
                isAnyLeft = true;
                if (ReadCell(variant, tree, axes, point) is { } cell)
                    cells.Add(cell);
            }
        }

        if (!isAnyLeft && points.Length > 0 && variants.Length > 0)
            errors.Add(root.FindPath("exclude")!.Place, "`exclude` leaves no cell.");
        return cells.ToImmutable();
    }

    private CellDraft? ReadCell(Variant variant, ObjectNode tree, ImmutableArray<GridAxis> axes, ImmutableArray<int> point)
    {
        for (int axis = 0; axis < axes.Length; axis++)
            tree = SettingsTree.Merge(tree, axes[axis].Values[point[axis]].Tree);
        if (Bind(tree, Binding.Whole) is not { } bound)
            return null;
        ImmutableArray<KeyValuePair<string, string>> values =
            [.. axes.Select((axis, at) => new KeyValuePair<string, string>(axis.Path, axis.Values[point[at]].Value.Text))];
        return new CellDraft(NameOf(variant, values), variant, values, bound.Tree, bound.Configuration, bound.Match);
    }

    private (ObjectNode Tree, TrialConfiguration Configuration, MatchRequest? Match)? Bind(ObjectNode tree, Binding binding)
    {
        MatchRequest? match = null;
        foreach (string path in MatchRequest.Paths)
        {
            (tree, MatchRequest? request) = MatchRequest.Take(tree, path, errors);
            if (match is not null && request is not null)
                errors.Add(request.Place, $"`{match.Path}` and `{path}` cannot both be solved for; give one of them.");
            match ??= request;
        }

        return new Binder(errors, binding).Bind<TrialConfiguration>(tree) is { } configuration ? (tree, configuration, match) : null;
    }

    /// <summary>All combinations of the axes' values, the last axis fastest.</summary>
    private static ImmutableArray<ImmutableArray<int>> Points(ImmutableArray<GridAxis> axes) => axes.Aggregate(
        (ImmutableArray<ImmutableArray<int>>)[[]],
        (points, axis) => [.. points.SelectMany(point => Enumerable.Range(0, axis.Values.Length).Select(value => point.Add(value)))]);

    /// <summary>The variant's name, and in brackets the grid point with the shortest names that tell the axes apart.</summary>
    private static string NameOf(Variant variant, ImmutableArray<KeyValuePair<string, string>> point)
    {
        if (point.Length == 0)
            return variant.Name;
        ILookup<string, string> byLast = point.ToLookup(axis => Last(axis.Key), axis => axis.Key);
        return $"{variant.Name} [{string.Join(", ", point.Select(axis => $"{Label(axis.Key)}={axis.Value}"))}]";

        string Label(string path) => byLast[Last(path)].Count() == 1 ? Last(path) : path;

        static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];
    }
}
