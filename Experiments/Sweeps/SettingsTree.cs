using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>
/// Settings may be nested, dotted, or both. Here they become one tree, and trees are laid over each other: base, then
/// variant, then grid point. Every node keeps the place where it was written.
/// </summary>
internal static class SettingsTree
{
    /// <summary>Stands for a number that is solved for: see <see cref="MatchRequest"/>.</summary>
    public const string MatchKey = "matchNonzerosOf";

    private const string Data = "data";
    private const string Kind = "kind";
    private const string Pruning = "pruning";
    private const string Sparsity = "sparsity";

    /// <summary>The nested form. A value that is given twice, once nested and once dotted, has two sources: an error.</summary>
    public static ObjectNode Nest(Node node, ErrorSink errors)
    {
        var tree = new ObjectNode(node.Place, []);
        if (node is not ObjectNode given)
        {
            errors.AddFound(node, "an object of settings");
            return tree;
        }

        foreach (Member member in given.Members)
        {
            if (Chain(member.Name, member.NamePlace, member.Value, errors) is { } chain)
                tree = Combine(tree, chain, Refuse);
        }

        return Unfold(tree, errors);

        Node Refuse(string path, Node first, Node second)
        {
            errors.Add(second.Place, $"`{path}` has two sources here: it is also given in line {first.Place.Line}; keep one.");
            return first;
        }
    }

    /// <summary>The value as the tree that a dotted path stands for; null if it is no path.</summary>
    public static ObjectNode? Chain(string path, Place place, Node value, ErrorSink errors)
    {
        string[] names = path.Split('.');
        if (names.Any(string.IsNullOrWhiteSpace) || names.Length > JsonSyntax.DepthMax)
        {
            errors.Add(place, $"`{Node.Shorten(path)}` is no path; write names with dots between them, such as `network.hiddenSize`.");
            return null;
        }

        Node node = value;
        for (int at = names.Length - 1; at >= 0; at--)
            node = new ObjectNode(place, [new Member(names[at], place, node)]);
        return (ObjectNode)node;
    }

    /// <summary>What <paramref name="under"/> becomes when <paramref name="over"/> is laid on it. Another kind of data set replaces the whole of the data.</summary>
    public static ObjectNode Merge(ObjectNode under, ObjectNode over) =>
        Combine(IsOtherKind(under, over) ? under.Without(Data) : under, over, (_, _, second) => second);

    private static bool IsOtherKind(ObjectNode under, ObjectNode over) =>
        under.FindPath($"{Data}.{Kind}") is ScalarNode before
        && over.FindPath($"{Data}.{Kind}") is ScalarNode after
        && before.Text != after.Text;

    /// <param name="choose">Of two nodes at one path that are not both objects.</param>
    private static ObjectNode Combine(ObjectNode first, ObjectNode second, Func<string, Node, Node, Node> choose, string prefix = "")
    {
        ImmutableArray<Member>.Builder members = first.Members.ToBuilder();
        foreach (Member member in second.Members)
        {
            if (first.Find(member.Name) is { } known)
                members[members.IndexOf(known)] = CombineMember(known, member, choose, prefix);
            else
                members.Add(member);
        }

        return new ObjectNode(first.Place, members.ToImmutable());
    }

    private static Member CombineMember(Member first, Member second, Func<string, Node, Node, Node> choose, string prefix)
    {
        string path = prefix + first.Name;
        Node value = first.Value is ObjectNode one && second.Value is ObjectNode other
            ? Combine(one, other, choose, path + ".")
            : choose(path, first.Value, second.Value);
        return ReferenceEquals(value, second.Value) ? second : first with { Value = value };
    }

    /// <summary>The shorthand <c>"pruning": { "matchNonzerosOf": … }</c> is the sparsity to be solved for.</summary>
    private static ObjectNode Unfold(ObjectNode tree, ErrorSink errors)
    {
        if (tree.Find(Pruning) is not { Value: ObjectNode pruning } member || pruning.Find(MatchKey) is not { } match)
            return tree;
        if (pruning.Find(Sparsity) is { } sparsity)
            errors.Add(match.NamePlace, $"`{Pruning}.{Sparsity}` has two sources here: it is also given in line {sparsity.NamePlace.Line}; keep one.");
        var solved = new Member(Sparsity, match.NamePlace, new ObjectNode(match.Value.Place, [match]));
        var unfolded = new ObjectNode(pruning.Place, pruning.Without(MatchKey).Without(Sparsity).Members.Add(solved));
        return new ObjectNode(tree.Place, tree.Members.Replace(member, member with { Value = unfolded }));
    }
}
