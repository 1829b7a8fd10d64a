using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Models.Tests.Checkpoints;

internal sealed class SafeTensorsTests
{
    private static readonly SafeTensorsContent Example = new(
        ImmutableSortedDictionary<string, string>.Empty.Add("trial", "größe \"7\""),
        [
            SafeTensor.Of("flags", [3], (byte[])[1, 0, 1]),
            SafeTensor.Of("weights", [2, 2], (float[])[1.5f, -0f, float.NaN, float.MinValue]),
            SafeTensor.Of("step", [], (long[])[long.MinValue]),
            SafeTensor.Of("sums", [1], (double[])[Math.PI]),
            SafeTensor.Of("nothing", [0, 5], ReadOnlySpan<float>.Empty),
        ]);

    [Test]
    public void What_is_written_is_read_bit_by_bit()
    {
        SafeTensorsContent read = SafeTensors.Read(new MemoryStream(Bytes(Example)));

        Assert.That(read.Metadata, Is.EqualTo(Example.Metadata));
        Assert.That(read.Tensors, Has.Length.EqualTo(5));
        foreach (SafeTensor tensor in Example.Tensors)
        {
            SafeTensor other = read.Get(tensor.Name);
            Assert.That((other.Type, other.Shape.AsEnumerable()), Is.EqualTo((tensor.Type, tensor.Shape.AsEnumerable())));
            Assert.That(other.Data.ToArray(), Is.EqualTo(tensor.Data.ToArray()));
        }
    }

    [Test]
    public void The_bytes_are_those_of_the_published_format()
    {
        byte[] bytes = Bytes(new SafeTensorsContent(
            ImmutableSortedDictionary<string, string>.Empty.Add("a", "b"), [SafeTensor.Of("w", [1, 2], (float[])[1, 2])]));

        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.That(header % 8, Is.Zero);
        Assert.That(
            Encoding.UTF8.GetString(bytes, 8, header).TrimEnd(),
            Is.EqualTo("""{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"""));
        Assert.That(bytes[(8 + header)..], Is.EqualTo(new byte[] { 0, 0, 128, 63, 0, 0, 0, 64 }));
    }

    [TestCase("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [TestCase("""{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""")]
    [TestCase("""{"w":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"code":"x"}}""")]
    [TestCase("""{"w":{"dtype":"F32","data_offsets":[0,8]}}""")]
    [TestCase("""{"w":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""")]
    [TestCase("""{"w":[0,8]}""")]
    [TestCase("""{"__metadata__":{"a":1},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("""["w"]""")]
    [TestCase("""{"w":{"dtype":"F32","shape":[[[[[2]]]]],"data_offsets":[0,8]}}""")]
    [TestCase("""{"w":{"dtype":"\ud800","shape":[2],"data_offsets":[0,8]}}""")]
    [TestCase("{")]
    [TestCase("")]
    public void A_malformed_header_is_refused(string header)
    {
        byte[] bytes = Raw((ulong)Encoding.UTF8.GetByteCount(header), header, new byte[8]);

        Assert.That(() => SafeTensors.Read(new MemoryStream(bytes)), Throws.TypeOf<SafeTensorsException>());
    }

    [TestCase(1000UL)]
    [TestCase((ulong)SafeTensors.LargestHeaderBytes + 1)]
    [TestCase(ulong.MaxValue)]
    public void A_header_that_is_longer_than_the_file_or_the_limit_is_refused(ulong claimed)
    {
        byte[] bytes = Raw(claimed, "{}", []);

        Assert.That(() => SafeTensors.Read(new MemoryStream(bytes)), Throws.TypeOf<SafeTensorsException>());
    }

    [Test]
    public void A_file_cut_off_anywhere_is_refused()
    {
        byte[] bytes = Bytes(Example);

        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.That(
                () => SafeTensors.Read(new MemoryStream(bytes, 0, length)), Throws.TypeOf<SafeTensorsException>(), $"{length}");
        }
    }

    [Test]
    public void Altered_bytes_are_read_or_refused_but_nothing_else()
    {
        byte[] whole = Bytes(Example);

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (first, one, second, other) =>
            {
                byte[] bytes = [.. whole];
                bytes[first] = one;
                bytes[second] = other;
                return IsReadOrRefused(() => SafeTensors.Read(new MemoryStream(bytes)));
            },
            iter: 3000);
    }

    [Test]
    public void Two_arrays_of_one_name_and_wrong_shapes_are_not_written()
    {
        SafeTensor tensor = SafeTensor.Of("w", [1], (float[])[1]);

        Assert.That(() => Bytes(Example with { Tensors = [tensor, tensor] }), Throws.TypeOf<SafeTensorsException>());
        Assert.That(
            () => Bytes(Example with { Tensors = [tensor with { Shape = [2] }] }), Throws.TypeOf<SafeTensorsException>());
    }

    [Test]
    public void An_array_of_another_type_is_not_handed_out()
    {
        Assert.That(() => Example.Get("step").AsFloats().Length, Throws.TypeOf<SafeTensorsException>());
        Assert.That(() => Example.Get("absent"), Throws.TypeOf<SafeTensorsException>());
    }

    internal static bool IsReadOrRefused(Action read)
    {
        try
        {
            read();
        }
        catch (SafeTensorsException)
        {
            // Refused.
        }

        return true;
    }

    private static byte[] Bytes(SafeTensorsContent content)
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, content);
        return stream.ToArray();
    }

    private static byte[] Raw(ulong claimed, string header, byte[] data) =>
        [.. BitConverter.GetBytes(claimed), .. Encoding.UTF8.GetBytes(header), .. data];
}
