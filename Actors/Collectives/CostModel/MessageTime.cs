using System.Collections.Immutable;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// Time as a function of bytes: so much a byte, or a table with straight lines between its points, where a byte costs more out
/// of the cache than in it. Before the first point and after the last one a byte costs what it costs at that point on average,
/// and on the last line, respectively.
/// </summary>
internal readonly record struct MessageTime
{
    private readonly double _perByte;
    private readonly ImmutableArray<Point> _points;

    private MessageTime(double perByte, ImmutableArray<Point> points) => (_perByte, _points) = (perByte, points);

    public static MessageTime PerByte(double time) => new(time, default);

    /// <summary>A table.</summary>
    /// <param name="points">At least one; bytes &gt; 0, rising; times that do not fall.</param>
    public static MessageTime Table(params ReadOnlySpan<Point> points)
    {
        if (points.IsEmpty)
            throw new ArgumentException("A table has at least one point.", nameof(points));
        Point before = default;
        foreach (Point point in points)
        {
            if (!(point.Bytes > before.Bytes && point.Time >= before.Time && double.IsFinite(point.Time)))
                throw new ArgumentException($"{point} does not follow {before} in a table.", nameof(points));
            before = point;
        }

        return new MessageTime(0, [.. points]);
    }

    public double At(double bytes)
    {
        if (_points.IsDefault)
            return bytes * _perByte;
        Point[] points = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsArray(_points)!;
        if (bytes <= points[0].Bytes)
            return bytes / points[0].Bytes * points[0].Time;

        int upper = 1;
        while (upper < points.Length - 1 && points[upper].Bytes < bytes)
            upper++;
        Point left = points.Length == 1 ? default : points[upper - 1];
        Point right = points[Math.Min(upper, points.Length - 1)];
        return left.Time + ((right.Time - left.Time) * (bytes - left.Bytes) / (right.Bytes - left.Bytes));
    }

    public MessageTime Times(double factor) => _points.IsDefault
        ? PerByte(_perByte * factor)
        : new MessageTime(0, [.. _points.Select(point => point with { Time = point.Time * factor })]);

    public bool Equals(MessageTime other) => _perByte.Equals(other._perByte)
        && _points.IsDefault == other._points.IsDefault
        && (_points.IsDefault || _points.AsSpan().SequenceEqual(other._points.AsSpan()));

    public override int GetHashCode() => HashCode.Combine(_perByte, _points.IsDefault ? 0 : _points.Length);

    internal readonly record struct Point(double Bytes, double Time);
}
