using System.Text;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Bench.Crossover;

/// <summary>Charts as SVG, with nothing that differs from run to run.</summary>
internal static class Svg
{
    private const int Left = 70;
    private const int Top = 40;
    private const int LegendWidth = 170;
    private const string TextColor = "#333";

    private static readonly Dictionary<Algorithm, string> Colors = new()
    {
        [Algorithm.Ring] = "#4e79a7",
        [Algorithm.Tree] = "#9c755f",
        [Algorithm.DoubleTree] = "#59a14f",
        [Algorithm.RecursiveDoubling] = "#f28e2b",
        [Algorithm.HalvingDoubling] = "#e15759",
        [Algorithm.Direct] = "#b07aa1",
        [Algorithm.Chain] = "#bab0ac",
        [Algorithm.Hierarchical] = "#edc948",
    };

    /// <summary>A square for each number of ranks and bytes, in the color of the cheapest algorithm.</summary>
    public static string Map(string title, AlgorithmMap map)
    {
        const int cell = 22;
        int width = Left + (cell * AlgorithmMap.Sizes.Length) + 20 + LegendWidth;
        int height = Top + (cell * AlgorithmMap.WorldSizes.Length) + 50;
        StringBuilder svg = Begin(width, height, title);
        foreach ((int row, int worldSize) in AlgorithmMap.WorldSizes.Index())
        {
            int y = Top + (cell * (AlgorithmMap.WorldSizes.Length - 1 - row));
            Text(svg, Left - 6, y + 15, worldSize.ToString("N0"), "end");
            foreach ((int column, long bytes) in AlgorithmMap.Sizes.Index())
            {
                string color = Colors[map.Best(worldSize, bytes)];
                svg.AppendLine($"""<rect x="{Left + (cell * column)}" y="{y}" width="{cell - 1}" height="{cell - 1}" fill="{color}"/>""");
            }
        }

        int bottom = Top + (cell * AlgorithmMap.WorldSizes.Length);
        foreach ((int column, long bytes) in AlgorithmMap.Sizes.Index().Where(size => size.Index % 4 == 0))
            Text(svg, Left + (cell * column) + (cell / 2), bottom + 16, Bytes(bytes), "middle");
        Text(svg, Left + (cell * AlgorithmMap.Sizes.Length / 2), bottom + 36, "bytes", "middle");
        Text(svg, 12, Top - 8, "ranks", "start");
        Legend(svg, width - LegendWidth, [.. Colors.Keys.Where(IsSomewhereBest)]);
        return svg.AppendLine("</svg>").ToString();

        bool IsSomewhereBest(Algorithm algorithm) =>
            AlgorithmMap.WorldSizes.Any(worldSize => AlgorithmMap.Sizes.Any(bytes => map.Best(worldSize, bytes) == algorithm));
    }

    /// <summary>Bus bandwidth (2(p − 1)/p · n over the time) over bytes, a line for each algorithm.</summary>
    public static string BusBandwidth(string title, AlgorithmMap map, int worldSize)
    {
        const int plotWidth = 500;
        const int plotHeight = 300;
        StringBuilder svg = Begin(Left + plotWidth + 20 + LegendWidth, Top + plotHeight + 50, title);
        Algorithm[] algorithms = [.. Colors.Keys.Where(IsCandidate)];
        double scale = RoundUp(algorithms.Max(algorithm => AlgorithmMap.Sizes.Max(bytes => Bandwidth(algorithm, bytes))));
        for (int line = 0; line <= 4; line++)
        {
            int y = Top + plotHeight - (plotHeight * line / 4);
            svg.AppendLine($"""<line x1="{Left}" y1="{y}" x2="{Left + plotWidth}" y2="{y}" stroke="#ddd"/>""");
            Text(svg, Left - 6, y + 4, $"{scale * line / 4:G3}", "end");
        }

        foreach (Algorithm algorithm in algorithms)
        {
            string points = string.Join(' ', AlgorithmMap.Sizes.Index().Select(size =>
                $"{X(size.Index):F1},{Top + plotHeight - (plotHeight * Bandwidth(algorithm, size.Item) / scale):F1}"));
            svg.AppendLine($"""<polyline points="{points}" fill="none" stroke="{Colors[algorithm]}" stroke-width="2"/>""");
        }

        foreach ((int column, long bytes) in AlgorithmMap.Sizes.Index().Where(size => size.Index % 4 == 0))
            Text(svg, (int)X(column), Top + plotHeight + 16, Bytes(bytes), "middle");
        Text(svg, Left + (plotWidth / 2), Top + plotHeight + 36, "bytes", "middle");
        Text(svg, 12, Top - 8, "GB/s", "start");
        Legend(svg, Left + plotWidth + 20, algorithms);
        return svg.AppendLine("</svg>").ToString();

        bool IsCandidate(Algorithm algorithm) => !double.IsNaN(map.Time(algorithm, worldSize, AlgorithmMap.Sizes[0]));

        double X(int column) => Left + ((double)plotWidth * column / (AlgorithmMap.Sizes.Length - 1));

        double Bandwidth(Algorithm algorithm, long bytes) =>
            2.0 * (worldSize - 1) / worldSize * bytes / map.Time(algorithm, worldSize, bytes) / 1e9;
    }

    /// <summary>To a number with few digits.</summary>
    private static double RoundUp(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * new[] { 1, 1.25, 2, 2.5, 4, 5, 8, 10 }.First(factor => factor * power >= value);
    }

    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => $"{bytes >> 30} GiB",
        >= 1L << 20 => $"{bytes >> 20} MiB",
        >= 1L << 10 => $"{bytes >> 10} KiB",
        _ => $"{bytes} B",
    };

    public static string NameOf(Algorithm algorithm) => algorithm switch
    {
        Algorithm.DoubleTree => "double tree",
        Algorithm.RecursiveDoubling => "recursive doubling",
        Algorithm.HalvingDoubling => "halving and doubling",
        _ => algorithm.ToString().ToLowerInvariant(),
    };

    private static StringBuilder Begin(int width, int height, string title)
    {
        StringBuilder svg = new();
        const string head = """<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="11" """;
        svg.AppendLine($"""{head}width="{width}" height="{height}">""");
        svg.AppendLine($"""<rect width="{width}" height="{height}" fill="#fff"/>""");
        svg.AppendLine($"""<text x="{Left}" y="18" font-size="14" fill="{TextColor}">{title}</text>""");
        return svg;
    }

    private static void Text(StringBuilder svg, int x, int y, string text, string anchor) =>
        svg.AppendLine($"""<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{TextColor}">{text}</text>""");

    private static void Legend(StringBuilder svg, int x, IReadOnlyList<Algorithm> algorithms)
    {
        foreach ((int row, Algorithm algorithm) in algorithms.Index())
        {
            int y = Top + (20 * row);
            svg.AppendLine($"""<rect x="{x}" y="{y}" width="12" height="12" fill="{Colors[algorithm]}"/>""");
            Text(svg, x + 18, y + 10, NameOf(algorithm), "start");
        }
    }
}
