using System.Numerics;
using System.Runtime.Intrinsics;

namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>An operation on two elements, alone or in lanes; all widths give the same bits.</summary>
internal interface IElementwise
{
    static abstract T Of<T>(T held, T arriving)
        where T : unmanaged, INumber<T>;

    static abstract Vector128<T> Of<T>(Vector128<T> held, Vector128<T> arriving)
        where T : unmanaged, INumber<T>;

    static abstract Vector256<T> Of<T>(Vector256<T> held, Vector256<T> arriving)
        where T : unmanaged, INumber<T>;

    static abstract Vector512<T> Of<T>(Vector512<T> held, Vector512<T> arriving)
        where T : unmanaged, INumber<T>;
}

internal readonly struct Addition : IElementwise
{
    public static T Of<T>(T held, T arriving)
        where T : unmanaged, INumber<T> => held + arriving;

    public static Vector128<T> Of<T>(Vector128<T> held, Vector128<T> arriving)
        where T : unmanaged, INumber<T> => held + arriving;

    public static Vector256<T> Of<T>(Vector256<T> held, Vector256<T> arriving)
        where T : unmanaged, INumber<T> => held + arriving;

    public static Vector512<T> Of<T>(Vector512<T> held, Vector512<T> arriving)
        where T : unmanaged, INumber<T> => held + arriving;
}

/// <summary>As IEEE 754-2019 has it ("minimum"): not-a-number wins, −0 is below +0.</summary>
internal readonly struct Minimum : IElementwise
{
    public static T Of<T>(T held, T arriving)
        where T : unmanaged, INumber<T> => T.Min(held, arriving);

    public static Vector128<T> Of<T>(Vector128<T> held, Vector128<T> arriving)
        where T : unmanaged, INumber<T> => Vector128.Min(held, arriving);

    public static Vector256<T> Of<T>(Vector256<T> held, Vector256<T> arriving)
        where T : unmanaged, INumber<T> => Vector256.Min(held, arriving);

    public static Vector512<T> Of<T>(Vector512<T> held, Vector512<T> arriving)
        where T : unmanaged, INumber<T> => Vector512.Min(held, arriving);
}

/// <summary>As IEEE 754-2019 has it ("maximum"): not-a-number wins, +0 is above −0.</summary>
internal readonly struct Maximum : IElementwise
{
    public static T Of<T>(T held, T arriving)
        where T : unmanaged, INumber<T> => T.Max(held, arriving);

    public static Vector128<T> Of<T>(Vector128<T> held, Vector128<T> arriving)
        where T : unmanaged, INumber<T> => Vector128.Max(held, arriving);

    public static Vector256<T> Of<T>(Vector256<T> held, Vector256<T> arriving)
        where T : unmanaged, INumber<T> => Vector256.Max(held, arriving);

    public static Vector512<T> Of<T>(Vector512<T> held, Vector512<T> arriving)
        where T : unmanaged, INumber<T> => Vector512.Max(held, arriving);
}
