namespace Orchestrator.Models.Data;

internal static class Normalization
{
    /// <summary>A band that hardly varies stays near 0 instead of being blown up to noise.</summary>
    private const double DeviationMin = 1e-3;

    /// <summary>Brings each band of one utterance to mean 0 and variance 1, in place.</summary>
    /// <param name="features">Row-major [frames, bands].</param>
    public static void PerBand(Span<float> features, int bands)
    {
        int frames = features.Length / bands;
        for (int band = 0; band < bands; band++)
        {
            double sum = 0;
            double squares = 0;
            for (int at = band; at < features.Length; at += bands)
            {
                sum += features[at];
                squares += (double)features[at] * features[at];
            }

            double mean = sum / frames;
            double scale = 1 / Math.Max(Math.Sqrt(Math.Max((squares / frames) - (mean * mean), 0)), DeviationMin);
            for (int at = band; at < features.Length; at += bands)
            {
                features[at] = (float)((features[at] - mean) * scale);
            }
        }
    }
}
