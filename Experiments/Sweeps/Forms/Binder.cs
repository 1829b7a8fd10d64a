using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Sweeps.Forms;

/// <summary>Makes objects of nodes. Reports every error that it meets, and goes on.</summary>
internal sealed class Binder(ErrorSink errors, Binding binding = Binding.Whole)
{
    private readonly bool _isPart = binding == Binding.Part;

    /// <summary>The record that the object describes; null if anything in it is wrong (but see <see cref="Binding.Lenient"/>).</summary>
    public T? Bind<T>(Node node)
        where T : class => (T?)Bind(node, FormOf.Record<T>());

    /// <summary>Null stands for a value that is wrong: a right one is never null.</summary>
    private object? Bind(Node node, Form form) => form switch
    {
        Form.Record record => BindRecord(node, record),
        Form.Union union => BindUnion(node, union),
        Form.List list => BindList(node, list),
        Form.Text => node is ScalarNode { Value: string text } ? text : Wrong(node, form),
        Form.Truth => node is ScalarNode { Value: bool truth } ? truth : Wrong(node, form),
        Form.Whole whole => BindWhole(node, whole),
        Form.Number number => BindNumber(node, number),
        Form.Choice choice => BindChoice(node, choice),
        Form.AsWritten written => Activator.CreateInstance(written.Type, node),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Not a form."),
    };

    private object? Wrong(Node node, Form form)
    {
        errors.AddFound(node, form.Allowed);
        return null;
    }

    private object? BindRecord(Node node, Form.Record form)
    {
        if (node is not ObjectNode given)
            return Wrong(node, form);
        int before = errors.Reports;
        object record = Activator.CreateInstance(form.Type, nonPublic: true)!;
        foreach (Member member in given.Members)
            BindMember(record, member, form);
        foreach (Field field in form.Fields.Where(field => !_isPart && field.IsRequired && given.Find(field.Name) is null))
            errors.Add(node.Place, $"`{field.Name}` is missing: {field.Form.Allowed}.");
        if (errors.Reports == before && !_isPart && record is IValidatableObject rules)
            Validate(rules, given);
        return errors.Reports == before || binding == Binding.Lenient ? record : null;
    }

    private void BindMember(object record, Member member, Form.Record form)
    {
        if (form.Find(member.Name) is not { } field)
        {
            AddUnknown(member, form);
            return;
        }

        if (field.IsNullable && field.Form is not Form.AsWritten && member.Value is ScalarNode { Value: null })
            field.Property.SetValue(record, null);
        else if (Bind(member.Value, field.Form) is { } value)
            field.Property.SetValue(record, value);
    }

    private void AddUnknown(Member member, Form.Record form)
    {
        string[] known = [.. form.Fields.Select(field => field.Name)];
        if (NearestName.Of(member.Name, known) is null && HomeOf(member.Name, form) is { } home)
            errors.Add(member.NamePlace, $"Unknown key `{member.Name}`: it belongs to `{home}`. Allowed here: {string.Join(", ", known)}.");
        else
            errors.AddUnknown(member.NamePlace, "key", member.Name, known);
    }

    /// <summary>The part of the configuration that has a key of this name, where one does.</summary>
    private static string? HomeOf(string name, Form.Record form) => FormOf.Record<TrialConfiguration>().Fields
        .FirstOrDefault(part => part.Form is Form.Record record && !ReferenceEquals(record, form) && record.Find(name) is not null)?.Name;

    private object? BindUnion(Node node, Form.Union form)
    {
        if (node is not ObjectNode given)
            return Wrong(node, form);
        if (given.Find(Form.Union.Discriminator) is not { } member)
            return _isPart ? BindPartOfUnion(given, form) : Missing(node, form);
        if (member.Value is not ScalarNode { Value: string kind })
            return Wrong(member.Value, new Form.Choice(typeof(string), [.. form.Names.Select(name => new KeyValuePair<string, object>(name, name))]));
        if (form.Find(kind) is not { } record)
        {
            errors.AddUnknown(member.Value.Place, "kind", kind, form.Names);
            return null;
        }

        return BindRecord(given.Without(Form.Union.Discriminator), record);
    }

    private object? Missing(Node node, Form.Union form)
    {
        errors.Add(node.Place, $"`{Form.Union.Discriminator}` is missing: {string.Join(", ", form.Names)}.");
        return null;
    }

    /// <summary>Without a kind, a part must fit one of the kinds at least; nobody can say more.</summary>
    private object? BindPartOfUnion(ObjectNode given, Form.Union form)
    {
        string[] known = [.. form.Kinds.SelectMany(kind => kind.Value.Fields).Select(field => field.Name).Distinct()];
        foreach (Member member in given.Members.Where(member => !known.Contains(member.Name)))
            errors.AddUnknown(member.NamePlace, "key", member.Name, known);
        return null;
    }

    private object? BindList(Node node, Form.List form)
    {
        if (node is not ListNode given)
            return Wrong(node, form);
        object?[] items = [.. given.Items.Select(item => Bind(item, form.Item))];
        if (binding == Binding.Lenient)
            items = [.. items.Where(item => item is not null)];
        else if (items.Contains(null))
            return null;
        var array = Array.CreateInstance(form.ItemType, items.Length);
        items.CopyTo(array, 0);
        return array;
    }

    private object? BindWhole(Node node, Form.Whole form)
    {
        long? whole = node is not ScalarNode scalar ? null : scalar.Value switch
        {
            long value => value,
            double value when Math.Abs(value) < 1L << 53 && double.IsInteger(value) => (long)value,
            _ => null,
        };
        if (whole is not { } found || found < form.Min || found > form.Max)
            return Wrong(node, form);
        return form.Type == typeof(int) ? (object)(int)found : found;
    }

    private object? BindNumber(Node node, Form.Number form)
    {
        double? number = node is not ScalarNode scalar ? null : scalar.Value switch
        {
            double value => value,
            long value => value,
            BigInteger value => (double)value,
            _ => null,
        };
        return number is { } found && found >= form.Min && found <= form.Max ? found : Wrong(node, form);
    }

    private object? BindChoice(Node node, Form.Choice form)
    {
        if (node is not ScalarNode { Value: string name })
            return Wrong(node, form);
        foreach ((string known, object value) in form.Members)
        {
            if (known == name)
                return value;
        }

        errors.AddUnknown(node.Place, "value", name, form.Names);
        return null;
    }

    /// <summary>What members must hold together; the error stands at the last of them that was written.</summary>
    private void Validate(IValidatableObject record, ObjectNode given)
    {
        foreach (ValidationResult result in record.Validate(new ValidationContext(record)))
        {
            Member? member = result.MemberNames
                .Select(name => given.Find(char.ToLowerInvariant(name[0]) + name[1..]))
                .LastOrDefault(found => found is not null);
            errors.Add(member?.Value.Place ?? given.Place, result.ErrorMessage ?? "The members do not fit each other.");
        }
    }
}
