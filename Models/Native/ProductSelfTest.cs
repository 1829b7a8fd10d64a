namespace Orchestrator.Models.Native;

/// <summary>
/// Compares a matrix product with one computed here in double precision. The shape divides by no vector width or tile
/// of MKL's, so that edges are computed, too.
/// </summary>
internal static class ProductSelfTest
{
    public const int Rows = 67;
    public const int Inner = 259;
    public const int Columns = 93;

    /// <summary>The unit roundoff of float32.</summary>
    private const double Roundoff = 1.0 / (1 << 24);

    /// <summary>
    /// Whether each element of the product lies within γₙ·(|A||B|) of its reference, γₙ = n·u/(1 − n·u): what holds for
    /// float32 whatever the order of summation, with or without FMA (Higham, Accuracy and Stability of Numerical
    /// Algorithms, 2nd ed., section 3.5).
    /// </summary>
    /// <param name="multiply">Takes A (rows × inner) and B (inner × columns), gives A·B, all row by row.</param>
    public static bool Passes(Func<float[], float[], float[]> multiply)
    {
        float[] left = Values(Rows * Inner, start: 1);
        float[] right = Values(Inner * Columns, start: 1 + (Rows * Inner));
        float[] product = multiply(left, right);
        return product.Length == Rows * Columns
            && Enumerable.Range(0, product.Length).All(index => IsWithinTolerance(product[index], left, right, index));
    }

    private static bool IsWithinTolerance(float found, float[] left, float[] right, int index)
    {
        int row = index / Columns;
        int column = index % Columns;
        double sum = 0;
        double magnitude = 0;
        for (int k = 0; k < Inner; k++)
        {
            double term = (double)left[(row * Inner) + k] * right[(k * Columns) + column];
            sum += term;
            magnitude += Math.Abs(term);
        }
        const double gamma = Inner * Roundoff / (1 - (Inner * Roundoff));
        // Written so that NaN fails.
        return Math.Abs(found - sum) <= gamma * magnitude;
    }

    /// <summary>Fixed values between −½ and ½ without a pattern: multiples of the golden ratio, modulo 1 (Knuth,
    /// The Art of Computer Programming, volume 3, section 6.4).</summary>
    private static float[] Values(int count, int start)
    {
        return [.. Enumerable.Range(start, count).Select(Value)];

        static float Value(int index) => ((unchecked((uint)index * 2654435769u) >> 8) * (float)Roundoff) - 0.5f;
    }
}
