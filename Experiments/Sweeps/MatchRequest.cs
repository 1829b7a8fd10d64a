using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>A value that is not given but solved for, so that the network has as many nonzeros as that of another variant.</summary>
/// <param name="Path">What is solved for: one of <see cref="Paths"/>.</param>
/// <param name="Variant">The other variant; the cell at the same grid point is meant.</param>
/// <param name="Place">Of the other variant's name.</param>
internal sealed record MatchRequest(string Path, string Variant, Place Place)
{
    public const string HiddenSize = "network.hiddenSize";
    public const string Sparsity = "pruning.sparsity";

    public static IReadOnlyList<string> Paths { get; } = [HiddenSize, Sparsity];

    /// <summary>Takes the request at this path out of the tree. A malformed one is reported.</summary>
    public static (ObjectNode Tree, MatchRequest? Request) Take(ObjectNode tree, string path, ErrorSink errors)
    {
        string[] names = path.Split('.');
        if (tree.Find(names[0]) is not { Value: ObjectNode part } member
            || part.Find(names[1])?.Value is not ObjectNode value
            || value.Find(SettingsTree.MatchKey) is not { } match)
        {
            return (tree, null);
        }

        var rest = new ObjectNode(tree.Place, tree.Members.Replace(member, member with { Value = part.Without(names[1]) }));
        foreach (Member other in value.Members.Where(other => other != match))
            errors.AddUnknown(other.NamePlace, "key", other.Name, [SettingsTree.MatchKey]);
        if (match.Value is ScalarNode { Value: string variant })
            return (rest, new MatchRequest(path, variant, match.Value.Place));
        errors.AddFound(match.Value, "the name of a variant");
        return (rest, null);
    }
}
