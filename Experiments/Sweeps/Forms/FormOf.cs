using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Newtonsoft.Json;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;

namespace Orchestrator.Experiments.Sweeps.Forms;

/// <summary>Reads the form of a value from its type: property names and types, <see cref="RangeAttribute"/>, <see cref="DescriptionAttribute"/>, nullability and initial values.</summary>
internal static class FormOf
{
    private static readonly ConcurrentDictionary<Type, Form> Known = new();

    /// <summary>The form of a record.</summary>
    public static Form.Record Record<T>() => (Form.Record)Of(typeof(T), range: null);

    /// <summary>GradualThreshold → gradual-threshold.</summary>
    public static string Kebab(string name)
    {
        var kebab = new StringBuilder();
        foreach (char letter in name)
        {
            if (char.IsUpper(letter) && kebab.Length > 0)
                kebab.Append('-');
            kebab.Append(char.ToLowerInvariant(letter));
        }

        return kebab.ToString();
    }

    private static Form Of(Type type, RangeAttribute? range)
    {
        if (type == typeof(int))
            return WholeOf(type, range, int.MinValue, int.MaxValue);
        if (type == typeof(long))
            return WholeOf(type, range, long.MinValue, long.MaxValue);
        if (type == typeof(double))
            return NumberOf(range);
        return Known.GetOrAdd(type, Make);
    }

    private static Form Make(Type type)
    {
        if (type == typeof(string))
            return new Form.Text();
        if (type == typeof(bool))
            return new Form.Truth();
        if (type.IsEnum)
            return ChoiceOf(type);
        if (type.IsArray)
            return ListOf(type.GetElementType()!);
        if (type.GetCustomAttribute<AsWrittenAttribute>() is { } written)
            return new Form.AsWritten(type, written.Words);
        if (type == typeof(DataOptions))
            return new Form.Union(type, [.. DataSets.All.Select(KindOf)]);
        if (type is { IsClass: true, IsAbstract: false })
            return RecordOf(type);
        throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type that a sweep file can hold.");
    }

    private static KeyValuePair<string, Form.Record> KindOf(DataSetInfo info) =>
        new(info.Kind, (Form.Record)Of(info.OptionsType, range: null));

    private static Form.List ListOf(Type item) => new(Of(item, range: null), item);

    private static Form.Whole WholeOf(Type type, RangeAttribute? range, long min, long max) => range is null
        ? new Form.Whole(type, min, max)
        : new Form.Whole(type, Math.Max(min, Clamp(range.Minimum)), Math.Min(max, Clamp(range.Maximum)));

    private static Form.Number NumberOf(RangeAttribute? range) => range is null
        ? new Form.Number(double.NegativeInfinity, double.PositiveInfinity)
        : new Form.Number(ToDouble(range.Minimum), ToDouble(range.Maximum));

    /// <summary>The attribute holds the bounds of longs as doubles: 2⁶³ is meant as the largest long.</summary>
    private static long Clamp(object bound) => bound switch
    {
        int whole => whole,
        double number when number >= long.MaxValue => long.MaxValue,
        double number => (long)number,
        _ => throw new ArgumentOutOfRangeException(nameof(bound), bound, "Not the bound of a whole number."),
    };

    private static double ToDouble(object bound) => Convert.ToDouble(bound, CultureInfo.InvariantCulture);

    /// <summary>Roles in a sweep file name matrices: nothing else can be pruned.</summary>
    private static Form.Choice ChoiceOf(Type type) => new(
        type,
        [
            .. Enum.GetValues(type).Cast<object>()
                .Where(member => member is not (ParameterRole.Bias or ParameterRole.Norm))
                .Select(member => new KeyValuePair<string, object>(Kebab(member.ToString()!), member)),
        ]);

    private static Form.Record RecordOf(Type type)
    {
        object defaults = Activator.CreateInstance(type, nonPublic: true)!;
        return new Form.Record(type, [.. Properties(type).Select(property => FieldOf(property, defaults))]);
    }

    /// <summary>Inherited ones first, else as declared.</summary>
    private static IEnumerable<PropertyInfo> Properties(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is { IsPublic: true })
        .OrderBy(property => Depth(property.DeclaringType!))
        .ThenBy(property => property.MetadataToken);

    private static int Depth(Type type) => type.BaseType is { } parent ? Depth(parent) + 1 : 0;

    private static Field FieldOf(PropertyInfo property, object defaults)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        bool isRequired = property.IsDefined(typeof(RequiredMemberAttribute)) || property.IsDefined(typeof(RequiredAttribute));
        return new Field(
            property.GetCustomAttribute<JsonPropertyAttribute>()?.PropertyName ?? JsonName(property.Name),
            property,
            Of(type, property.GetCustomAttribute<RangeAttribute>()),
            isRequired,
            !isRequired && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable,
            isRequired ? null : property.GetValue(defaults),
            property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "");
    }

    private static string JsonName(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
