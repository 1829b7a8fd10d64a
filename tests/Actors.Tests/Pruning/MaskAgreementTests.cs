using CsCheck;
using Orchestrator.Actors.Pruning;

namespace Orchestrator.Actors.Tests.Pruning;

internal sealed class MaskAgreementTests
{
    private const int WorldSize = 3;
    private const int Rounds = 5;

    private static readonly (int Rank, int Number)[] Reports =
    [
        .. Enumerable.Range(0, WorldSize).SelectMany(rank => Enumerable.Range(0, Rounds).Select(number => (rank, number))),
    ];

    [Test]
    public void Equal_masks_agree_in_whatever_order_and_however_often_they_are_reported() =>
        Gen.Select(Gen.Shuffle(Reports), Gen.Int[0, Reports.Length - 1].Array[0, 10]).Sample((order, again) =>
        {
            var agreement = new MaskAgreement(WorldSize);
            foreach ((int rank, int number) in order.Concat(again.Select(index => order[index])))
            {
                (agreement, string? disagreement) = agreement.Add(rank, number, step: number * 10, $"hash {number}");
                if (disagreement is not null)
                    return false;
            }

            return agreement.Agreed == Rounds && agreement.OpenRounds == 0;
        });

    [Test]
    public void One_different_mask_is_found_in_whatever_order() =>
        Gen.Select(Gen.Shuffle(Reports), Gen.Int[0, Reports.Length - 1]).Sample((order, odd) =>
        {
            var agreement = new MaskAgreement(WorldSize);
            var found = new List<string>();
            for (int index = 0; index < order.Length; index++)
            {
                (int rank, int number) = order[index];
                string hash = index == odd ? "other" : $"hash {number}";
                (agreement, string? disagreement) = agreement.Add(rank, number, step: number * 10, hash);
                if (disagreement is not null)
                    found.Add(disagreement);
            }

            return found.Count > 0 && agreement.Agreed <= order[odd].Number;
        });

    [Test]
    public void Equal_masks_of_different_steps_do_not_agree()
    {
        MaskAgreement agreement = new MaskAgreement(2).Add(0, 0, step: 100, "hash").After;

        Assert.That(
            agreement.Add(1, 0, step: 200, "hash").Disagreement,
            Is.EqualTo("After step 100 rank 0 has masks hash, after step 200 rank 1 has masks hash."));
    }
}
