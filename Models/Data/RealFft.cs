namespace Orchestrator.Models.Data;

/// <summary>
/// Power spectrum of real frames. A frame of N numbers is transformed as N/2 complex ones (even samples real, odd
/// ones imaginary) by radix 2, decimation in time; the two interleaved spectra are then told apart.
/// Working memory belongs to the instance: one instance per thread.
/// </summary>
internal sealed class RealFft
{
    private readonly int _half;
    private readonly int[] _reversed;
    private readonly double[] _cosines;
    private readonly double[] _sines;
    private readonly double[] _real;
    private readonly double[] _imaginary;

    /// <param name="size">A power of two, at least 4.</param>
    public RealFft(int size)
    {
        if (size < 4 || !int.IsPow2(size))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "The size must be a power of two, at least 4.");
        }

        _half = size / 2;
        int bits = int.Log2(_half);
        _reversed = [.. Enumerable.Range(0, _half).Select(index => Reverse(index, bits))];
        _cosines = [.. Enumerable.Range(0, _half).Select(index => Math.Cos(-2 * Math.PI * index / size))];
        _sines = [.. Enumerable.Range(0, _half).Select(index => Math.Sin(-2 * Math.PI * index / size))];
        _real = new double[_half];
        _imaginary = new double[_half];
    }

    /// <param name="frame">[size] samples.</param>
    /// <param name="power">[size / 2 + 1] squared magnitudes, from 0 to half of the sample rate.</param>
    public void Power(ReadOnlySpan<double> frame, Span<double> power)
    {
        for (int index = 0; index < _half; index++)
        {
            int source = 2 * _reversed[index];
            _real[index] = frame[source];
            _imaginary[index] = frame[source + 1];
        }

        Transform();
        power[0] = Square(_real[0] + _imaginary[0]);
        power[_half] = Square(_real[0] - _imaginary[0]);
        for (int bin = 1; bin < _half; bin++)
        {
            int mirror = _half - bin;
            double evenReal = 0.5 * (_real[bin] + _real[mirror]);
            double evenImaginary = 0.5 * (_imaginary[bin] - _imaginary[mirror]);
            double oddReal = 0.5 * (_imaginary[bin] + _imaginary[mirror]);
            double oddImaginary = 0.5 * (_real[mirror] - _real[bin]);
            power[bin] =
                Square(evenReal + (_cosines[bin] * oddReal) - (_sines[bin] * oddImaginary))
                + Square(evenImaginary + (_cosines[bin] * oddImaginary) + (_sines[bin] * oddReal));
        }
    }

    /// <summary>In place, from bit-reversed order.</summary>
    private void Transform()
    {
        double[] real = _real;
        double[] imaginary = _imaginary;
        for (int span = 1; span < _half; span *= 2)
        {
            // The table steps through the angles of the whole real frame, which is twice as long.
            int stride = _half / span;
            for (int start = 0; start < _half; start += 2 * span)
            {
                for (int offset = 0; offset < span; offset++)
                {
                    double cosine = _cosines[offset * stride];
                    double sine = _sines[offset * stride];
                    int low = start + offset;
                    int high = low + span;
                    double turnedReal = (real[high] * cosine) - (imaginary[high] * sine);
                    double turnedImaginary = (real[high] * sine) + (imaginary[high] * cosine);
                    real[high] = real[low] - turnedReal;
                    imaginary[high] = imaginary[low] - turnedImaginary;
                    real[low] += turnedReal;
                    imaginary[low] += turnedImaginary;
                }
            }
        }
    }

    private static int Reverse(int index, int bits)
    {
        int reversed = 0;
        for (int bit = 0; bit < bits; bit++)
        {
            reversed = (reversed << 1) | ((index >> bit) & 1);
        }

        return reversed;
    }

    private static double Square(double value) => value * value;
}
