using System.Collections.Immutable;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Pruning;

/// <summary>Which blocks the options choose in a network, and what they name in vain.</summary>
/// <remarks>
/// The roles of <see cref="PruningOptions.Matrices"/> choose matrices; overrides act within these, the last that matches
/// wins whole. A matrix in which an override with a gate wins is split into all its gates, each a block with its own
/// count: else the rows that are left might not be adjacent.
/// </remarks>
internal sealed record BlockSelection(ImmutableArray<PrunedBlock> Blocks, ImmutableArray<PruningProblem> Problems)
{
    public static BlockSelection Of(PruningOptions options, ImmutableArray<ParameterInfo> parameters)
    {
        ImmutableArray<ParameterInfo> chosen =
            [.. parameters.Where(parameter => parameter.IsMatrix && options.Matrices.Contains(parameter.Role))];
        ImmutableArray<PrunedBlock> blocks = [.. chosen.SelectMany(matrix => BlocksOf(matrix, options))];
        return new BlockSelection(
            blocks,
            [
                .. RoleProblems(options, parameters, chosen, blocks),
                .. options.Overrides.SelectMany((part, index) => OverrideProblems(options, part, index, parameters, chosen)),
            ]);
    }

    private static IEnumerable<PrunedBlock> BlocksOf(ParameterInfo matrix, PruningOptions options)
    {
        PruningOverride?[] winners = [.. matrix.Gates.Select(gate => Winner(matrix, gate, options))];
        if (winners.All(winner => winner?.Gate is null))
            return Block(matrix, gate: null, 0, matrix.Rows, Winner(matrix, gate: null, options), options);

        int rows = matrix.Rows / matrix.Gates.Length;
        return winners.SelectMany((winner, index) => Block(matrix, matrix.Gates[index], index * rows, rows, winner, options));
    }

    private static PruningOverride? Winner(ParameterInfo matrix, string? gate, PruningOptions options) =>
        options.Overrides.LastOrDefault(part => Names.Match(part.Matrix, matrix.Name)
            && (part.Gate is null || (gate is not null && Names.Match(part.Gate, gate))));

    private static IEnumerable<PrunedBlock> Block(
        ParameterInfo matrix, string? gate, int firstRow, int rows, PruningOverride? winner, PruningOptions options)
    {
        if (winner is { Prune: false })
            yield break;

        yield return new PrunedBlock(
            matrix.Name,
            gate,
            firstRow,
            rows,
            matrix.Columns,
            winner?.Sparsity ?? options.Sparsity,
            options.Method == PruningMethod.GradualThreshold ? winner?.Quantile ?? options.Quantile ?? 0 : 0)
        {
            Apart = winner is { Sparsity: not null } or { Quantile: not null },
        };
    }

    private static IEnumerable<PruningProblem> RoleProblems(
        PruningOptions options,
        ImmutableArray<ParameterInfo> parameters,
        ImmutableArray<ParameterInfo> chosen,
        ImmutableArray<PrunedBlock> blocks)
    {
        foreach (ParameterRole role in options.Matrices.Distinct())
        {
            if (role is ParameterRole.Bias or ParameterRole.Norm)
                yield return new("matrices", $"`{Lower(role)}` is never pruned; allowed are `input`, `recurrent` and `output`.");
            else if (parameters.All(parameter => parameter.Role != role))
                yield return new("matrices", $"the network has no matrix of the role `{Lower(role)}`.");
        }

        if (chosen.IsEmpty)
            yield return new("matrices", "no matrix is chosen; name `input`, `recurrent` or `output`, or take the method `none`.");
        else if (blocks.IsEmpty)
            yield return new("overrides", "no matrix is left to prune; take the method `none` instead.");
    }

    private static IEnumerable<PruningProblem> OverrideProblems(
        PruningOptions options,
        PruningOverride part,
        int index,
        ImmutableArray<ParameterInfo> parameters,
        ImmutableArray<ParameterInfo> chosen)
    {
        ImmutableArray<ParameterInfo> matching = [.. chosen.Where(matrix => Names.Match(part.Matrix, matrix.Name))];
        if (matching.IsEmpty)
        {
            yield return new($"overrides[{index}].matrix", Unmatched(part, parameters, chosen));
        }
        else if (part.Gate is { } gate && !matching.Any(matrix => matrix.Gates.Any(name => Names.Match(gate, name))))
        {
            string[] gates = [.. matching.SelectMany(matrix => matrix.Gates).Distinct()];
            yield return new(
                $"overrides[{index}].gate",
                gates.Length == 0
                    ? $"`{matching[0].Name}` has no gates; leave `gate` out."
                    : $"`{gate}` is no gate of this network; its gates are {Names.List(gates)}, nearest is `{Names.Nearest(gate, gates)}`.");
        }

        if (options is { Method: PruningMethod.GradualThreshold, Quantile: not null } && part is { Sparsity: not null, Quantile: null })
            yield return new($"overrides[{index}].sparsity", "q is given, so that a sparsity has no effect; give `quantile` here.");
    }

    private static string Unmatched(
        PruningOverride part, ImmutableArray<ParameterInfo> parameters, ImmutableArray<ParameterInfo> chosen)
    {
        ParameterInfo? elsewhere = parameters.FirstOrDefault(parameter => Names.Match(part.Matrix, parameter.Name));
        if (elsewhere is { IsMatrix: true })
            return $"`{part.Matrix}` matches only matrices that are not pruned; add `{Lower(elsewhere.Role)}` to `matrices`.";
        if (elsewhere is not null)
            return $"`{part.Matrix}` matches no matrix: `{elsewhere.Name}` is a vector, which is never pruned.";

        string[] names = [.. chosen.Select(matrix => matrix.Name)];
        return names.Length == 0
            ? $"`{part.Matrix}` matches nothing, for no matrix is chosen."
            : $"`{part.Matrix}` matches no matrix; the pruned ones are {Names.List(names)}, nearest is `{Names.Nearest(part.Matrix, names)}`.";
    }

    private static string Lower(ParameterRole role) => role.ToString().ToLowerInvariant();
}
