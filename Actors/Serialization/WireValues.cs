namespace Orchestrator.Actors.Serialization;

/// <summary>Checks of what was read: protobuf has no required fields and lets any number be an enum.</summary>
internal static class WireValues
{
    /// <exception cref="FormatException">The message lacks it.</exception>
    public static T Required<T>(T? value)
        where T : class => value ?? throw new FormatException($"A `{typeof(T).Name}` is missing.");

    /// <exception cref="FormatException">There is no such member.</exception>
    public static T Defined<T>(int number)
        where T : struct, Enum
    {
        T value = (T)Enum.ToObject(typeof(T), number);
        return Enum.IsDefined(value) ? value : throw new FormatException($"{number} is no `{typeof(T).Name}`.");
    }
}
