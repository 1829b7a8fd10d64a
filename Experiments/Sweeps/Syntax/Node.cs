using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Newtonsoft.Json;

namespace Orchestrator.Experiments.Sweeps.Syntax;

/// <summary>A JSON value that knows where it was written, also after it was merged with others.</summary>
internal abstract class Node(Place place)
{
    private const int ShownLengthMax = 60;

    public Place Place => place;

    /// <summary>For messages: what stands there, shortened.</summary>
    public abstract string Shown { get; }

    /// <summary>As compact JSON.</summary>
    public abstract string Text { get; }

    /// <summary>Whether both stand for the same JSON value; 1 and 1.0 do.</summary>
    public static bool SameValue(Node one, Node other) => one.Text == other.Text;

    public static string Shorten(string text)
    {
        string clean = string.Concat(text.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '\uFFFD' : letter));
        return clean.Length <= ShownLengthMax ? clean : clean[..ShownLengthMax] + "…";
    }
}

internal sealed class ObjectNode(Place place, ImmutableArray<Member> members) : Node(place)
{
    public ImmutableArray<Member> Members => members;

    public override string Shown => members.Length == 0 ? "an empty object" : "an object";

    public override string Text =>
        $"{{{string.Join(',', members.Select(member => $"{JsonConvert.ToString(member.Name)}:{member.Value.Text}"))}}}";

    public Member? Find(string name)
    {
        foreach (Member member in members)
        {
            if (member.Name == name)
                return member;
        }

        return null;
    }

    public ObjectNode Without(string name) => new(Place, members.RemoveAll(member => member.Name == name));

    /// <summary>The node at a path such as <c>pruning.overrides[1].gate</c>; null if there is none.</summary>
    public Node? FindPath(string path)
    {
        Node? node = this;
        foreach (string step in path.Split('.', '['))
            node = step.EndsWith(']') ? Item(node, step[..^1]) : (node as ObjectNode)?.Find(step)?.Value;
        return node;
    }

    private static Node? Item(Node? node, string index) =>
        node is ListNode list && int.TryParse(index, CultureInfo.InvariantCulture, out int at) && at >= 0 && at < list.Items.Length
            ? list.Items[at]
            : null;
}

/// <param name="NamePlace">Of the name; the value has its own.</param>
internal sealed record Member(string Name, Place NamePlace, Node Value);

internal sealed class ListNode(Place place, ImmutableArray<Node> items) : Node(place)
{
    public ImmutableArray<Node> Items => items;

    public override string Shown => items.Length == 0 ? "an empty list" : "a list";

    public override string Text => $"[{string.Join(',', items.Select(item => item.Text))}]";
}

/// <param name="value">null, bool, long, BigInteger (where long is too small), double or string.</param>
internal sealed class ScalarNode(Place place, object? value) : Node(place)
{
    public object? Value => value;

    public override string Shown => value is null ? "`null`" : $"`{Shorten(Text)}`";

    public override string Text => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        BigInteger whole => whole.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        string text => JsonConvert.ToString(text),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, "Not a scalar."),
    };
}
