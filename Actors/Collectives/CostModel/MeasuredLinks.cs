using System.Collections.Immutable;
using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// What messages between the ranks of a ring were measured to cost, all ranks being busy. All ranks hold the same.
/// </summary>
/// <param name="WorldSize">Ranks that were busy.</param>
/// <param name="Cores">Cores that they shared.</param>
/// <param name="Alpha">Seconds for a message that is next to empty.</param>
/// <param name="PerMessage">Seconds more for each further message that is under way together with it.</param>
/// <param name="Points">At rising numbers of bytes.</param>
internal sealed record MeasuredLinks(
    int WorldSize, int Cores, double Alpha, double PerMessage, ImmutableArray<MeasuredLinks.Point> Points)
{
    private const double Least = 1e-12;

    /// <param name="Bytes">Of a message.</param>
    /// <param name="Moving">Seconds beyond α until it has arrived, while each rank sends one and receives one.</param>
    /// <param name="Adding">Seconds more, if it is added to what is there.</param>
    internal readonly record struct Point(long Bytes, double Moving, double Adding);

    /// <summary>
    /// The costs of a rank with a core of its own: where ranks took turns on the cores, each point holds the work of several.
    /// </summary>
    public MachineCosts ToCosts()
    {
        double turns = Math.Max(1.0, WorldSize / (double)Cores);
        return new MachineCosts(
            new LinkCosts(Alpha, Table(point => point.Moving / turns), Table(point => point.Adding / turns)), Cores)
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
        ["points"] = new JArray(Points.Select(point => new JObject
        {
            ["bytes"] = point.Bytes,
            ["movingSeconds"] = point.Moving,
            ["addingSeconds"] = point.Adding,
        })),
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
                [
                    .. ((JArray?)root["points"] ?? []).Cast<JObject>().Select(point => new Point(
                        Number<long>(point, "bytes"), Number<double>(point, "movingSeconds"), Number<double>(point, "addingSeconds"))),
                ]);
            return links.IsSound ? links : throw new FormatException("The measured links make no sense.");
        }
        catch (Exception error) when (error is JsonException or InvalidCastException or OverflowException)
        {
            throw new FormatException($"These are no measured links: {error.Message}", error);
        }
    }

    private bool IsSound => WorldSize >= 1 && Cores >= 1 && !Points.IsEmpty
        && Alpha >= 0 && double.IsFinite(Alpha) && PerMessage >= 0 && double.IsFinite(PerMessage)
        && Points.All(point => point.Bytes > 0 && double.IsFinite(point.Moving) && double.IsFinite(point.Adding))
        && Points.Zip(Points.Skip(1), (point, next) => point.Bytes < next.Bytes).All(rises => rises);

    private static T Number<T>(JObject from, string name)
        where T : struct =>
        from[name] is JValue { Type: JTokenType.Integer or JTokenType.Float } value
            ? (T)Convert.ChangeType(value.Value!, typeof(T), CultureInfo.InvariantCulture)
            : throw new FormatException($"The measured links have no number `{name}`.");

    /// <summary>More bytes never take less time, whatever the noise says.</summary>
    private MessageTime Table(Func<Point, double> secondsOf)
    {
        double most = Least;
        var points = new List<MessageTime.Point>();
        foreach (Point point in Points)
            points.Add(new MessageTime.Point(point.Bytes, most = Math.Max(most, secondsOf(point))));
        return MessageTime.Table([.. points]);
    }
}
