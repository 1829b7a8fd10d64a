using System.Collections.Immutable;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>What messages between the ranks of a ring were measured to cost, all ranks being busy. All ranks hold the same.</summary>
/// <remarks>
/// A byte costs more out of memory than out of the cache, and whether it is there depends on the buffers of all ranks
/// together, not on the message. So there are two tables, and in between their geometric mean.
/// </remarks>
/// <param name="WorldSize">Ranks that were busy.</param>
/// <param name="Cores">Cores that they shared.</param>
/// <param name="Alpha">Seconds for a message that is next to empty.</param>
/// <param name="PerMessage">Seconds more for each further message that is under way together with it.</param>
/// <param name="Cached">Messages out of buffers that fit in the cache, at rising numbers of bytes.</param>
/// <param name="Uncached">Messages out of buffers that do not.</param>
internal sealed record MeasuredLinks(
    int WorldSize,
    int Cores,
    double Alpha,
    double PerMessage,
    ImmutableArray<MeasuredLinks.Point> Cached,
    ImmutableArray<MeasuredLinks.Point> Uncached)
{
    /// <summary>Bytes of all ranks' buffers together: up to the first all is in the cache, from the second on nothing.</summary>
    internal const double CachedBytesMax = 8 << 20;

    /// <inheritdoc cref="CachedBytesMax"/>
    internal const double UncachedBytesMin = 128 << 20;

    private const double Least = 1e-12;

    /// <param name="Bytes">Of a message.</param>
    /// <param name="Moving">Seconds beyond α until it has arrived, while each rank sends one and receives one.</param>
    /// <param name="Adding">Seconds more, if it is added to what is there.</param>
    internal readonly record struct Point(long Bytes, double Moving, double Adding);

    /// <summary>
    /// The costs of a rank with a core of its own: where ranks took turns on the cores, each point holds the work of several.
    /// </summary>
    /// <param name="bufferBytes">Of a rank's buffer.</param>
    public MachineCosts ToCosts(long bufferBytes)
    {
        double turns = Math.Max(1.0, WorldSize / (double)Cores);
        double uncached = Math.Clamp(
            Math.Log(Math.Max(1.0, (double)bufferBytes * WorldSize) / CachedBytesMax) / Math.Log(UncachedBytesMin / CachedBytesMax), 0, 1);
        return new MachineCosts(
            new LinkCosts(Alpha, Blend(uncached, turns, point => point.Moving), Blend(uncached, turns, point => point.Adding)), Cores)
        {
            SenderShare = 0.5,
            PerMessage = PerMessage / turns,
        };
    }

    public string ToJson() => new JObject
    {
        ["worldSize"] = WorldSize,
        ["cores"] = Cores,
        ["alphaSeconds"] = Alpha,
        ["perMessageSeconds"] = PerMessage,
        ["cached"] = Write(Cached),
        ["uncached"] = Write(Uncached),
    }.ToString(Formatting.Indented);

    /// <exception cref="FormatException">It is not what <see cref="ToJson"/> writes.</exception>
    public static MeasuredLinks Parse(string json)
    {
        try
        {
            JObject root = JObject.Parse(json);
            MeasuredLinks links = new(
                Number<int>(root, "worldSize"),
                Number<int>(root, "cores"),
                Number<double>(root, "alphaSeconds"),
                Number<double>(root, "perMessageSeconds"),
                Read(root, "cached"),
                Read(root, "uncached"));
            return links.IsSound ? links : throw new FormatException("The measured links make no sense.");
        }
        catch (Exception error) when (error is JsonException or InvalidCastException or OverflowException)
        {
            throw new FormatException($"These are no measured links: {error.Message}", error);
        }
    }

    private bool IsSound => WorldSize >= 1 && Cores >= 1 && Alpha >= 0 && double.IsFinite(Alpha) && PerMessage >= 0
        && double.IsFinite(PerMessage) && IsTable(Cached) && IsTable(Uncached);

    private static bool IsTable(ImmutableArray<Point> points) => !points.IsEmpty
        && points.All(point => point.Bytes > 0 && double.IsFinite(point.Moving) && double.IsFinite(point.Adding))
        && points.Zip(points.Skip(1), (point, next) => point.Bytes < next.Bytes).All(rises => rises);

    private static JArray Write(ImmutableArray<Point> points) => new(points.Select(point => new JObject
    {
        ["bytes"] = point.Bytes,
        ["movingSeconds"] = point.Moving,
        ["addingSeconds"] = point.Adding,
    }));

    private static ImmutableArray<Point> Read(JObject root, string name) =>
    [
        .. ((JArray?)root[name] ?? []).Cast<JObject>().Select(point => new Point(
            Number<long>(point, "bytes"), Number<double>(point, "movingSeconds"), Number<double>(point, "addingSeconds"))),
    ];

    private static T Number<T>(JObject from, string name)
        where T : struct =>
        from[name] is JValue { Type: JTokenType.Integer or JTokenType.Float } value
            ? (T)Convert.ChangeType(value.Value!, typeof(T), CultureInfo.InvariantCulture)
            : throw new FormatException($"The measured links have no number `{name}`.");

    private MessageTime Blend(double uncached, double turns, Func<Point, double> secondsOf)
    {
        MessageTime inCache = Table(Cached, secondsOf);
        MessageTime outOfCache = Table(Uncached, secondsOf);
        IEnumerable<long> sizes = Cached.Concat(Uncached).Select(point => point.Bytes).Distinct().Order();
        return Rising(sizes.Select(bytes => new MessageTime.Point(
            bytes, Math.Pow(inCache.At(bytes), 1 - uncached) * Math.Pow(outOfCache.At(bytes), uncached) / turns)));
    }

    private static MessageTime Table(ImmutableArray<Point> points, Func<Point, double> secondsOf) =>
        Rising(points.Select(point => new MessageTime.Point(point.Bytes, secondsOf(point))));

    /// <summary>More bytes never take less time, whatever the noise says.</summary>
    private static MessageTime Rising(IEnumerable<MessageTime.Point> points)
    {
        double most = Least;
        var rising = new List<MessageTime.Point>();
        foreach (MessageTime.Point point in points)
            rising.Add(point with { Time = most = Math.Max(most, point.Time) });
        return MessageTime.Table([.. rising]);
    }
}
