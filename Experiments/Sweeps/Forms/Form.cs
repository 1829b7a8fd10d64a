using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;

namespace Orchestrator.Experiments.Sweeps.Forms;

/// <summary>
/// What a value may be, read from the options records: the binder, the canonical JSON, the JSON Schema and the reference
/// table all follow from it, so that none of them can say something else.
/// </summary>
internal abstract record Form
{
    /// <summary>In words, for errors and the reference.</summary>
    public abstract string Allowed { get; }

    internal sealed record Text : Form
    {
        public override string Allowed => "a text";
    }

    internal sealed record Truth : Form
    {
        public override string Allowed => "true or false";
    }

    /// <param name="Type">int or long.</param>
    internal sealed record Whole(Type Type, long Min, long Max) : Form
    {
        public override string Allowed => Max == long.MaxValue ? $"a whole number from {Min}" : $"a whole number from {Min} to {Max}";
    }

    internal sealed record Number(double Min, double Max) : Form
    {
        public override string Allowed => double.IsPositiveInfinity(Max) ? "a number" : $"a number from {Show(Min)} to {Show(Max)}";

        /// <summary>1E-08 is 1e-8, and 1000000 is 1e6.</summary>
        private static string Show(double bound) => Math.Abs(bound) is >= 1e6 or (> 0 and < 1e-4)
            ? bound.ToString("0.####e0", CultureInfo.InvariantCulture)
            : bound.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>One of an enum's members, in kebab case.</summary>
    internal sealed record Choice(Type Type, ImmutableArray<KeyValuePair<string, object>> Members) : Form
    {
        public IReadOnlyCollection<string> Names => [.. Members.Select(member => member.Key)];

        public override string Allowed => string.Join(", ", Names);
    }

    internal sealed record List(Form Item, Type ItemType) : Form
    {
        public override string Allowed => $"a list, each item {Item.Allowed}";
    }

    /// <summary>A record whose members are all known.</summary>
    internal sealed record Record(Type Type, ImmutableArray<Field> Fields) : Form
    {
        public override string Allowed => "an object";

        public Field? Find(string name) => Fields.FirstOrDefault(field => field.Name == name);
    }

    /// <summary>One of several records, chosen by the member <c>kind</c>.</summary>
    internal sealed record Union(Type Type, ImmutableArray<KeyValuePair<string, Record>> Kinds) : Form
    {
        /// <summary>The member that chooses.</summary>
        public const string Discriminator = "kind";

        public IReadOnlyCollection<string> Names => [.. Kinds.Select(kind => kind.Key)];

        public override string Allowed => "an object with `kind`";

        public Record? Find(string kind) => Kinds.FirstOrDefault(entry => entry.Key == kind).Value;
    }

    /// <summary>A part of a sweep file whose meaning depends on other parts: kept as it was written, read by the sweep itself.</summary>
    internal sealed record AsWritten(Type Type, string Words) : Form
    {
        public override string Allowed => Words;
    }
}

/// <param name="Name">In camel case, as in the file.</param>
/// <param name="IsNullable">null may stand for "absent".</param>
/// <param name="Default">What an absent member means; null where it is required, or absent by default.</param>
internal sealed record Field(
    string Name, PropertyInfo Property, Form Form, bool IsRequired, bool IsNullable, object? Default, string Description);
