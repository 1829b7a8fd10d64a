namespace Orchestrator.Models.Data;

/// <summary>
/// Log-mel energies: pre-emphasis, Hamming window, power spectrum, triangular filters on the mel scale
/// 2595·log₁₀(1 + f/700), natural logarithm. Working memory belongs to the instance: one instance per thread.
/// </summary>
internal sealed class FrontEnd
{
    private readonly FrontEndSettings _settings;
    private readonly RealFft _fft;
    private readonly double[] _window;
    private readonly Filter[] _filters;
    private readonly double[] _frame;
    private readonly double[] _power;

    public FrontEnd(FrontEndSettings settings)
    {
        _settings = settings;
        _fft = new RealFft(settings.FftSize);
        _window = [.. Enumerable.Range(0, settings.WindowSamples)
            .Select(index => 0.54 - (0.46 * Math.Cos(2 * Math.PI * index / (settings.WindowSamples - 1))))];
        _filters = Filters(settings);
        _frame = new double[settings.FftSize];
        _power = new double[(settings.FftSize / 2) + 1];
    }

    /// <summary>Frames that lie in the sound as a whole; a sound shorter than one window has one frame, padded with zeros.</summary>
    public int FramesOf(int samples) =>
        1 + (Math.Max(samples - _settings.WindowSamples, 0) / _settings.ShiftSamples);

    /// <returns>Row-major [frames, bands].</returns>
    public float[] LogMel(ReadOnlySpan<short> samples)
    {
        int frames = FramesOf(samples.Length);
        var features = new float[frames * _settings.Bands];
        for (int frame = 0; frame < frames; frame++)
        {
            Cut(samples, frame * _settings.ShiftSamples);
            _fft.Power(_frame, _power);
            for (int band = 0; band < _filters.Length; band++)
            {
                features[(frame * _filters.Length) + band] = (float)Math.Log(Math.Max(_filters[band].Energy(_power), _settings.Floor));
            }
        }

        return features;
    }

    /// <summary>One frame, emphasized and windowed, into the working memory; zeros beyond the end.</summary>
    private void Cut(ReadOnlySpan<short> samples, int start)
    {
        int count = Math.Min(_window.Length, samples.Length - start);
        Array.Clear(_frame);
        double previous = start == 0 ? 0 : samples[start - 1];
        for (int index = 0; index < count; index++)
        {
            double sample = samples[start + index];
            _frame[index] = (sample - (_settings.PreEmphasis * previous)) * _window[index];
            previous = sample;
        }
    }

    /// <summary>Neighbouring triangles: the corners of band b are the points b, b + 1, b + 2, equally spaced in mel.</summary>
    private static Filter[] Filters(FrontEndSettings settings)
    {
        double binHz = (double)settings.SampleRate / settings.FftSize;
        double low = Mel(settings.LowHz);
        double step = (Mel(settings.HighHz) - low) / (settings.Bands + 1);
        double[] corners = [.. Enumerable.Range(0, settings.Bands + 2).Select(index => Hertz(low + (index * step)))];
        if (settings.CornersAtBins)
        {
            corners = [.. corners.Select(corner => Math.Round(corner / binHz) * binHz)];
        }

        return [.. Enumerable.Range(0, settings.Bands)
            .Select(band => FilterOf(corners.AsSpan(band, 3), binHz, settings.FftSize / 2, settings.UnitArea))];
    }

    private static Filter FilterOf(ReadOnlySpan<double> corners, double binHz, int binMax, bool unitArea)
    {
        (double left, double centre, double right) = (corners[0], corners[1], corners[2]);
        double height = unitArea ? 2 / (right - left) : 1;
        int first = Math.Min((int)Math.Floor(left / binHz) + 1, binMax);
        int last = Math.Min((int)Math.Ceiling(right / binHz) - 1, binMax);
        double[] weights = [.. Enumerable.Range(first, Math.Max(last - first + 1, 0)).Select(bin => bin * binHz)
            .Select(hertz => height * (hertz <= centre ? (hertz - left) / (centre - left) : (right - hertz) / (right - centre)))];
        return new Filter(first, weights);
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    private static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);

    /// <summary>The bins that a triangle covers, from the first one on.</summary>
    private sealed record Filter(int First, double[] Weights)
    {
        public double Energy(double[] power)
        {
            double sum = 0;
            for (int index = 0; index < Weights.Length; index++)
            {
                sum += Weights[index] * power[First + index];
            }

            return sum;
        }
    }
}
