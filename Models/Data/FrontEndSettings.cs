namespace Orchestrator.Models.Data;

/// <summary>How sound becomes mel bands. Every known recipe is one set of these values.</summary>
internal sealed record FrontEndSettings
{
    /// <summary>In hertz.</summary>
    public required int SampleRate { get; init; }

    /// <summary>Length of a frame, and from one frame to the next, in samples.</summary>
    public required int WindowSamples { get; init; }

    /// <inheritdoc cref="WindowSamples"/>
    public required int ShiftSamples { get; init; }

    /// <summary>A power of two, not below the window, which is padded with zeros.</summary>
    public required int FftSize { get; init; }

    public required int Bands { get; init; }

    /// <summary>Edges of the lowest and the highest filter in hertz.</summary>
    public required double LowHz { get; init; }

    /// <inheritdoc cref="LowHz"/>
    public required double HighHz { get; init; }

    /// <summary>x[t] − p·x[t − 1], with the sample before the frame as the first one's predecessor.</summary>
    public double PreEmphasis { get; init; } = 0.97;

    /// <summary>Moves the corners of each filter to the nearest bin of the spectrum, as CMU Sphinx does.</summary>
    public bool CornersAtBins { get; init; }

    /// <summary>Gives each filter an area of 1 over hertz, as CMU Sphinx does, instead of a peak of 1.</summary>
    public bool UnitArea { get; init; }

    /// <summary>
    /// Energies below it count as this much, before the logarithm. Samples are integers, so that noise of one unit
    /// has an energy of some 100 per frame: 1 keeps digital silence just below the faintest sound instead of far off.
    /// </summary>
    public double Floor { get; init; } = 1;

    /// <summary>The recipe of the sets at 8 kHz: windows of 25 ms every 10 ms, 64 to 3,800 Hz.</summary>
    public static FrontEndSettings Telephone(int bands) => new()
    {
        SampleRate = 8_000,
        WindowSamples = 200,
        ShiftSamples = 80,
        FftSize = 256,
        Bands = bands,
        LowHz = 64,
        HighHz = 3_800,
    };
}
