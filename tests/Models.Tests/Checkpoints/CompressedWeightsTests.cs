using System.Collections.Immutable;
using CsCheck;
using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Models.Tests.Checkpoints;

internal sealed class CompressedWeightsTests
{
    private static readonly Gen<float> Weight = Gen.Frequency(
        (6, Gen.Const(0f)), (3, Gen.Float), (1, Gen.OneOf(Gen.Const(-0f), Gen.Const(float.NaN), Gen.Const(float.Epsilon))));

    [Test]
    public void Every_bit_of_every_weight_comes_back()
    {
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 30]).SelectMany((rows, columns) => Weight.Array[rows * columns]
            .Select(weights => SafeTensor.Of("größe", [rows, columns], weights))).Array[0, 4].Sample(
            tensors => Same(Read(Write(tensors)), tensors), iter: 500);
    }

    [Test]
    public void A_file_takes_a_bit_for_a_zero_and_33_for_another_weight()
    {
        var weights = new float[8000];
        weights.AsSpan(0, 800).Fill(1);

        byte[] file = Write([SafeTensor.Of("w", [80, 100], weights)]);

        Assert.That(file, Has.Length.EqualTo(8 + 4 + 2 + 1 + 1 + 8 + 1 + 1000 + (4 * 800)));
    }

    [Test]
    public void A_dense_array_is_not_made_longer_by_a_bitmap()
    {
        byte[] file = Write([SafeTensor.Of("w", [100], Enumerable.Repeat(1f, 100).ToArray())]);

        Assert.That(file, Has.Length.EqualTo(8 + 4 + 2 + 1 + 1 + 4 + 1 + 400));
    }

    [Test]
    public void A_file_cut_off_anywhere_is_refused()
    {
        byte[] file = Write([SafeTensor.Of("w", [9], (float[])[0, 0, 0, 0, 0, 0, 0, 0, 7]), SafeTensor.Of("v", [1], (float[])[3])]);

        for (int length = 0; length < file.Length; length++)
        {
            Assert.That(() => Read(file[..length]), Throws.TypeOf<SafeTensorsException>(), $"{length}");
        }

        Assert.That(() => Read([.. file, 0]), Throws.TypeOf<SafeTensorsException>());
    }

    [Test]
    public void Altered_bytes_are_read_or_refused_but_nothing_else()
    {
        byte[] whole = Write([SafeTensor.Of("w", [3, 3], (float[])[0, 0, 0, 0, 0, 0, 0, 0, 7]), SafeTensor.Of("v", [1], (float[])[3])]);

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (place, value) =>
            {
                byte[] bytes = [.. whole];
                bytes[place] = value;
                return SafeTensorsTests.IsReadOrRefused(() => Read(bytes));
            },
            iter: 2000);
    }

    private static bool Same(ImmutableArray<SafeTensor> read, SafeTensor[] written) =>
        read.Length == written.Length && read.Zip(written).All(pair =>
            pair.First.Name == pair.Second.Name
            && pair.First.Shape.SequenceEqual(pair.Second.Shape)
            && pair.First.Data.Span.SequenceEqual(pair.Second.Data.Span));

    private static byte[] Write(SafeTensor[] tensors)
    {
        using var stream = new MemoryStream();
        CompressedWeights.Write(stream, tensors);
        return stream.ToArray();
    }

    private static ImmutableArray<SafeTensor> Read(byte[] file) => CompressedWeights.Read(new MemoryStream(file));
}
