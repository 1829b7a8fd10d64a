using System.Collections.Immutable;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// Time as a function of bytes: so much a message and so much a byte, or a table with straight lines between its points, where
/// a byte costs more out of the cache than in it. Before the first point a byte costs what it costs there on average, and
/// after the last one what it costs on the last line.
/// </summary>
internal readonly record struct MessageTime
{
    private readonly double _perMessage;
    private readonly double _perByte;
    private readonly ImmutableArray<Point> _points;

    private MessageTime(double perMessage, double perByte, ImmutableArray<Point> points) =>
        (_perMessage, _perByte, _points) = (perMessage, perByte, points);

    /// <param name="perByte">For each byte.</param>
    /// <param name="perMessage">
    /// For each message, however short: unlike α it does not overlap with that of the rank's other messages (the gap g of
    /// LogP; Culler et al., PPoPP 1993).
    /// </param>
    public static MessageTime PerByte(double perByte, double perMessage = 0) => new(perMessage, perByte, default);

    /// <summary>A table.</summary>
    /// <param name="points">At least one; bytes ≥ 0, rising; times that do not fall.</param>
    public static MessageTime Table(params ReadOnlySpan<Point> points)
    {
        if (points.IsEmpty)
            throw new ArgumentException("A table has at least one point.", nameof(points));
        Point before = new(double.NegativeInfinity, 0);
        foreach (Point point in points)
        {
            bool follows = point.Bytes > before.Bytes && point.Time >= before.Time;
            if (!follows || point.Bytes < 0 || !double.IsFinite(point.Time))
                throw new ArgumentException($"{point} does not follow {before} in a table.", nameof(points));
            before = point;
        }

        return new MessageTime(0, 0, [.. points]);
    }

    public double At(double bytes)
    {
        if (_points.IsDefault)
            return _perMessage + (bytes * _perByte);
        Point first = _points[0];
        if (bytes <= first.Bytes)
            return first.Bytes > 0 ? bytes / first.Bytes * first.Time : first.Time;

        int upper = 1;
        while (upper < _points.Length - 1 && _points[upper].Bytes < bytes)
            upper++;
        Point left = _points.Length == 1 ? default : _points[upper - 1];
        Point right = _points[Math.Min(upper, _points.Length - 1)];
        double slope = right.Bytes > left.Bytes ? (right.Time - left.Time) / (right.Bytes - left.Bytes) : 0;
        return left.Time + (slope * (bytes - left.Bytes));
    }

    public MessageTime Times(double factor) => _points.IsDefault
        ? PerByte(_perByte * factor, _perMessage * factor)
        : new MessageTime(0, 0, [.. _points.Select(point => point with { Time = point.Time * factor })]);

    public bool Equals(MessageTime other) => _perMessage.Equals(other._perMessage)
        && _perByte.Equals(other._perByte)
        && _points.IsDefault == other._points.IsDefault
        && (_points.IsDefault || _points.AsSpan().SequenceEqual(other._points.AsSpan()));

    public override int GetHashCode() => HashCode.Combine(_perMessage, _perByte, _points.IsDefault ? 0 : _points.Length);

    internal readonly record struct Point(double Bytes, double Time);
}
