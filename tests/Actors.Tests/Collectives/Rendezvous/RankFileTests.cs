using System.Collections.Immutable;
using CsCheck;
using Orchestrator.Actors.Collectives.Rendezvous;

namespace Orchestrator.Actors.Tests.Collectives.Rendezvous;

internal sealed class RankFileTests
{
    private static readonly Gen<string> Nonces = Gen.Char["0123456789abcdef"].Array[RankFile.NonceCharacters].Select(characters => new string(characters));

    private static readonly Gen<RankFile> Files =
        from worldSize in Gen.Int[1, RendezvousLimits.WorldSizeMax]
        from rank in Gen.Int[0, worldSize - 1]
        from nonce in Nonces
        from address in Gen.String[Gen.Char[' ', '~'], 0, 100]
        from isDone in Gen.Bool
        from seen in Gen.Select(Gen.Int[0, 4000], Nonces).Array[0, 8]
        select new RankFile(rank, worldSize, nonce, address, isDone, seen.DistinctBy(one => one.Item1).ToImmutableSortedDictionary(one => one.Item1, one => one.Item2));

    [Test]
    public void A_file_is_read_as_it_was_written()
    {
        Files.Sample(file => RankFile.Parse(file.ToText()) is { } back && back with { Seen = file.Seen } == file && back.Seen.SequenceEqual(file.Seen));
    }

    [Test]
    public void A_file_with_a_piece_missing_is_none_or_still_within_limits()
    {
        Gen.Select(Files, Gen.Double[0, 1], Gen.Double[0, 1]).Sample(
            (file, from, to) =>
            {
                string text = file.ToText();
                (int start, int end) = ((int)(Math.Min(from, to) * text.Length), (int)(Math.Max(from, to) * text.Length));

                RankFile? back = RankFile.Parse(text.Remove(start, end - start));

                return back is null || (back.Rank < back.WorldSize && back.WorldSize <= RendezvousLimits.WorldSizeMax && RendezvousLimits.IsAddress(back.Address));
            },
            iter: 100_000);
    }

    [Test]
    public void Any_text_is_no_file()
    {
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["orchestrator rendezvous 1\nrank of nonce address done yes no seen 0123"], 0, 300])
            .Sample(text => RankFile.Parse(text) is null, iter: 100_000);
    }

    [Test]
    public void Names_are_safe_as_names_of_files_and_do_not_meet()
    {
        Gen.Select(Gen.String, Gen.String).Sample((one, other) =>
        {
            string name = SafeName.Of(one);

            return name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
                && name.Length <= 80
                && (one == other || name != SafeName.Of(other));
        });
    }
}
