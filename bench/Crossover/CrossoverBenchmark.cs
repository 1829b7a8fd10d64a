using System.Text;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Bench.Crossover;

/// <summary>
/// Which algorithm is the cheapest where, by the cost model, for links with published figures: writes the charts and tables of
/// docs/collectives.
/// </summary>
internal static class CrossoverBenchmark
{
    private static readonly int[] BandwidthWorldSizes = [8, 1024];

    public static int Run(Options options)
    {
        string folder = options.Text("out", "docs/collectives");
        Directory.CreateDirectory(folder);
        StringBuilder page = new();
        page.AppendLine("# Where each algorithm is the cheapest");
        page.AppendLine();
        page.AppendLine("Written by `dotnet run --project bench -c Release -- crossover`; computed, not measured.");
        page.AppendLine("See [collectives](../collectives.md) for the model and for what the figures stand for.");
        AppendFormulas(page);
        foreach (LinkFigures figures in LinkFigures.All)
        {
            AlgorithmMap map = new(figures.Links);
            Write(folder, $"{figures.File}.svg", Svg.Map($"Cheapest AllReduce: {figures.Name}", map));
            foreach (int worldSize in BandwidthWorldSizes)
            {
                string title = $"Bus bandwidth, {worldSize:N0} ranks: {figures.Name}";
                Write(folder, $"{figures.File}-{worldSize}.svg", Svg.BusBandwidth(title, map, worldSize));
            }

            AppendLink(page, figures, map);
        }

        Write(folder, "crossover.md", page.ToString());
        return 0;
    }

    private static void AppendFormulas(StringBuilder page)
    {
        page.AppendLine().AppendLine("## Formulas").AppendLine();
        page.AppendLine("| collective | algorithm | time |").AppendLine("|---|---|---|");
        foreach (ClosedForm form in ClosedForms.All)
            page.AppendLine($"| {form.Kind} | {Svg.NameOf(form.Algorithm)} | {form.Formula} |");
    }

    private static void AppendLink(StringBuilder page, LinkFigures figures, AlgorithmMap map)
    {
        page.AppendLine().AppendLine($"## {figures.Name}").AppendLine();
        page.AppendLine($"Figures: {figures.Source}.").AppendLine();
        page.AppendLine($"![Cheapest algorithm]({figures.File}.svg)").AppendLine();
        page.AppendLine("| ranks | from the smallest size on | then |").AppendLine("|---|---|---|");
        foreach (int worldSize in AlgorithmMap.WorldSizes)
        {
            (Algorithm Algorithm, long FirstBytes)[] ranges = [.. map.Ranges(worldSize)];
            var later = ranges.Skip(1).Select(range => $"from {Svg.Bytes(range.FirstBytes)} {Svg.NameOf(range.Algorithm)}");
            page.AppendLine($"| {worldSize:N0} | {Svg.NameOf(ranges[0].Algorithm)} | {string.Join(", ", later)} |");
        }

        page.AppendLine();
        foreach (int worldSize in BandwidthWorldSizes)
            page.AppendLine($"![Bus bandwidth of {worldSize:N0} ranks]({figures.File}-{worldSize}.svg)");
    }

    private static void Write(string folder, string name, string text)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text.ReplaceLineEndings("\n"));
        Console.WriteLine(path);
    }
}
