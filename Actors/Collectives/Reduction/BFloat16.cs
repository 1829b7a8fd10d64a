using System.Globalization;

namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>
/// The upper half of a float: its sign and exponent, 7 bits of its fraction ("bfloat16", as in TensorFlow and PyTorch).
/// </summary>
/// <param name="Bits">Sign, 8 bits of exponent, 7 of fraction.</param>
public readonly record struct BFloat16(ushort Bits)
{
    private const int DroppedBits = 16;
    private const uint QuietNaN = 0x0040;

    /// <summary>Rounds to the nearest, halves to the even one; what is not a number stays none.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
            return new BFloat16((ushort)((bits >> DroppedBits) | QuietNaN));
        uint roundUp = 0x7FFF + ((bits >> DroppedBits) & 1);
        return new BFloat16((ushort)((bits + roundUp) >> DroppedBits));
    }

    /// <summary>Exact.</summary>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << DroppedBits);

    /// <inheritdoc cref="op_Explicit(float)"/>
    public static BFloat16 FromSingle(float value) => (BFloat16)value;

    /// <summary>Exact.</summary>
    public float ToSingle() => this;

    /// <inheritdoc/>
    public override string ToString() => ToSingle().ToString(CultureInfo.InvariantCulture);
}
