using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Tests.Collectives.Reduction;

internal sealed class ElementTypeTests
{
    [Test]
    public unsafe void Each_type_is_as_long_as_its_elements() =>
        Assert.That(
            Enum.GetValues<ElementType>().Select(type => type.Bytes()),
            Is.EqualTo(new[] { sizeof(float), sizeof(double), sizeof(Half), sizeof(BFloat16), sizeof(long) }));

    [Test]
    public void Each_type_has_a_name_of_its_own() =>
        Assert.That(
            Enum.GetValues<ElementType>().Select(type => type.Name()),
            Is.EqualTo(new[] { "float32", "float64", "float16", "bfloat16", "int64" }));

    [Test]
    public void Each_type_is_found_by_its_elements() =>
        Assert.That(
            new[]
            {
                ElementTypes.Of<float>(), ElementTypes.Of<double>(), ElementTypes.Of<Half>(), ElementTypes.Of<BFloat16>(),
                ElementTypes.Of<long>(),
            },
            Is.EqualTo(Enum.GetValues<ElementType>()));

    [Test]
    public void Other_elements_are_refused_by_name() =>
        Assert.That(ElementTypes.Of<int>, Throws.TypeOf<NotSupportedException>().With.Message.Contains("System.Int32"));

    [Test]
    public void What_is_no_type_has_neither_length_nor_name()
    {
        Assert.That(() => ((ElementType)5).Bytes(), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => ((ElementType)5).Name(), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
