using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Orchestrator.Actors.Coordination;

namespace Orchestrator.Actors.Tests.Serialization;

/// <summary>Makes any record from a seed, by its constructor and its properties: a new message is tested without a word.</summary>
internal sealed class AnyMessage(int seed)
{
    private readonly Random _random = new(seed);

    public object Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return Of(inner);
        if (type == typeof(RankEnd))
            return AnyRankEnd();
        if (type.IsEnum)
            return Pick(Enum.GetValues(type).Cast<object>().ToArray());
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return ImmutableArrayOf(type.GetGenericArguments()[0]);
        if (type.IsArray)
            return ArrayOf(type.GetElementType()!);
        return type switch
        {
            _ when type == typeof(string) => Text(),
            _ when type == typeof(bool) => _random.Next(2) == 0,
            _ when type == typeof(int) => Pick(0, 1, -1, int.MaxValue, _random.Next()),
            _ when type == typeof(long) => Pick(0L, 1L, -1L, long.MaxValue, _random.NextInt64()),
            _ when type == typeof(double) => Pick(0.0, -0.0, double.NaN, double.PositiveInfinity, _random.NextDouble()),
            _ when type == typeof(SortedDictionary<string, double>) => Numbers(),
            _ => Record(type),
        };
    }

    private object Record(Type type)
    {
        ConstructorInfo constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public)
            .OrderByDescending(candidate => candidate.GetParameters().Length)
            .First(candidate => candidate.GetParameters() is not [var only] || only.ParameterType != type);
        object made = constructor.Invoke([.. constructor.GetParameters().Select(parameter => OrNull(parameter))]);
        foreach (PropertyInfo property in type.GetProperties().Where(property => property.CanWrite))
        {
            bool isInConstructor = constructor.GetParameters().Any(parameter => parameter.Name == property.Name);
            if (!isInConstructor)
                property.SetValue(made, OrNull(property));
        }

        return made;
    }

    private object? OrNull(ParameterInfo parameter) =>
        OrNull(new NullabilityInfoContext().Create(parameter), parameter.ParameterType);

    private object? OrNull(PropertyInfo property) =>
        OrNull(new NullabilityInfoContext().Create(property), property.PropertyType);

    private object? OrNull(NullabilityInfo nullability, Type type) =>
        nullability.ReadState == NullabilityState.Nullable && _random.Next(2) == 0 ? null : Of(type);

    private RankEnd AnyRankEnd() => Pick(
        RankEnd.Completed, RankEnd.Diverged, RankEnd.Stopped, RankEnd.Failed((Fault)Of(typeof(Fault))));

    private object ImmutableArrayOf(Type element)
    {
        MethodInfo create = typeof(ImmutableArray).GetMethods()
            .Single(method => method.Name == nameof(ImmutableArray.Create)
                && method.GetParameters() is [{ ParameterType.IsArray: true } only]
                && only.ParameterType.Name == "T[]");
        return create.MakeGenericMethod(element).Invoke(null, [ArrayOf(element)])!;
    }

    private Array ArrayOf(Type element)
    {
        object[] values = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Of(element))];
        Array array = Array.CreateInstance(element, values.Length);
        ((IList)values).CopyTo(array, 0);
        return array;
    }

    private SortedDictionary<string, double> Numbers()
    {
        var numbers = new SortedDictionary<string, double>(StringComparer.Ordinal);
        for (int count = _random.Next(4); count > 0; count--)
            numbers[Text()] = (double)Of(typeof(double));
        return numbers;
    }

    private string Text() => Pick("", "t0", "größer 🙂\n\0", new string('x', 300), $"{_random.Next()}");

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];
}
