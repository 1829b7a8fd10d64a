using CsCheck;
using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

internal sealed class BatchesTests
{
    private static readonly Gen<(Split Split, int BatchSize, long Seed, int Epoch)> Cases =
        from lengths in Gen.Int[1, 300].Array[1, 400]
        from batchSize in Gen.Int[1, lengths.Length]
        from seed in Gen.Long
        from epoch in Gen.Int[0, 100]
        select (SplitOf(lengths), batchSize, seed, epoch);

    [Test]
    public void Training_takes_full_batches_and_no_sample_twice() => Cases.Sample(given =>
    {
        int[][] batches = Batches.ForTraining(given.Split, given.BatchSize, given.Seed, given.Epoch);

        Assert.That(batches, Has.Length.EqualTo(given.Split.Count / given.BatchSize));
        Assert.That(batches, Has.All.Length.EqualTo(given.BatchSize));
        Assert.That(batches.SelectMany(batch => batch), Is.Unique.And.All.InRange(0, given.Split.Count - 1));
    });

    [Test]
    public void Training_order_follows_from_seed_and_epoch_alone() => Cases.Sample(given =>
    {
        int[][] once = Batches.ForTraining(given.Split, given.BatchSize, given.Seed, given.Epoch);
        int[][] again = Batches.ForTraining(given.Split, given.BatchSize, given.Seed, given.Epoch);

        Assert.That(again, Is.EqualTo(once));
    });

    [Test]
    public void Evaluation_takes_every_sample_once_in_order() => Cases.Sample(given =>
    {
        int[][] batches = Batches.ForEvaluation(given.Split, given.BatchSize);

        Assert.That(batches.SelectMany(batch => batch), Is.EqualTo(Enumerable.Range(0, given.Split.Count)));
        Assert.That(batches.SkipLast(1), Has.All.Length.EqualTo(given.BatchSize));
    });

    [Test]
    public void Epochs_and_seeds_differ_in_their_order()
    {
        Split split = SplitOf([.. Enumerable.Range(0, 100).Select(index => 10 + (index % 7))]);

        string[] orders =
        [
            OrderOf(split, seed: 1, epoch: 0), OrderOf(split, seed: 1, epoch: 1), OrderOf(split, seed: 2, epoch: 0), OrderOf(split, seed: 0, epoch: 1),
        ];

        Assert.That(orders, Is.Unique);
    }

    [Test]
    public void Every_sample_is_left_out_now_and_then()
    {
        Split split = SplitOf([.. Enumerable.Range(1, 35)]);

        IEnumerable<int> leftOut = Enumerable.Range(0, 200).SelectMany(epoch =>
            Enumerable.Range(0, 35).Except(Batches.ForTraining(split, 16, 1, epoch).SelectMany(batch => batch)));

        Assert.That(leftOut.Distinct().Count(), Is.EqualTo(35));
    }

    [Test]
    public void Samples_of_like_length_meet_so_that_padding_is_small()
    {
        var lengths = Enumerable.Range(0, 1_000).Select(index => 30 + (index * 37 % 70)).ToArray();
        Split split = SplitOf(lengths);

        int[][] batches = Batches.ForTraining(split, 16, seed: 1, epoch: 3);

        double padded = batches.Sum(batch => batch.Max(index => lengths[index]) * batch.Length);
        double real = batches.Sum(batch => batch.Sum(index => lengths[index]));
        Assert.That(padded / real, Is.LessThan(1.08));
    }

    [Test]
    public void A_batch_larger_than_the_split_is_refused() => Assert.That(
        () => Batches.ForTraining(SplitOf([1, 2]), 3, 1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static string OrderOf(Split split, long seed, int epoch) =>
        string.Join(",", Batches.ForTraining(split, 8, seed, epoch).SelectMany(batch => batch));

    private static Split SplitOf(int[] lengths) => new(lengths.Select(length => new Sample([], length, [])));
}
