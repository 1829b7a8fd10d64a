using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using Orchestrator.Models.Data;
using Orchestrator.Models.Randomness;

namespace Orchestrator.Models.Tests.Data;

internal sealed class FrontEndTests
{
    /// <summary>CMU Sphinx's recipe for AN4.</summary>
    private static readonly FrontEndSettings An4 = new()
    {
        SampleRate = 16_000,
        WindowSamples = 410,
        ShiftSamples = 160,
        FftSize = 512,
        Bands = 40,
        LowHz = 130,
        HighHz = 6_800,
        CornersAtBins = true,
        UnitArea = true,
        Floor = 1e-5,
    };

    [Test]
    public void An4_features_are_those_that_its_publisher_computed()
    {
        SortedDictionary<string, byte[]> sounds = RecordingArchive.Unpack("an4", RealData.Read("an4/an4_wav_subset.tar.gz"));
        Dictionary<string, float[]> published = Cepstra(RealData.Read("an4/an4_feat.tar.gz"));
        var frontEnd = new FrontEnd(An4);

        double largest = 0;
        foreach ((string name, byte[] sound) in sounds)
        {
            float[] expected = published[Path.ChangeExtension(name, ".mfc")];
            float[] logMel = frontEnd.LogMel(WavReader.Read(name, sound).Samples);
            int frames = logMel.Length / An4.Bands;

            // The publisher adds a last, partial frame that depends on what lay behind the end of its buffer.
            Assert.That(expected, Has.Length.EqualTo((frames + 1) * 13), name);
            for (int index = 0; index < frames * 13; index++)
            {
                double actual = Cepstrum(logMel.AsSpan(index / 13 * An4.Bands, An4.Bands), index % 13);
                largest = Math.Max(largest, Math.Abs(actual - expected[index]));
            }
        }

        Assert.That(sounds, Has.Count.EqualTo(51));
        Assert.That(largest, Is.LessThan(1e-5));
    }

    [Test]
    public void A_tone_is_loudest_in_the_band_around_it([Values(300, 1_000, 3_000)] int hertz)
    {
        short[] tone = [.. Enumerable.Range(0, 4_000).Select(index => (short)(8_000 * Math.Sin(2 * Math.PI * hertz * index / 8_000)))];

        float[] features = new FrontEnd(FrontEndSettings.Telephone(24)).LogMel(tone);

        float[] frame = features[(10 * 24)..(11 * 24)];
        double step = (Mel(3_800) - Mel(64)) / 25;
        int nearest = (int)Math.Round((Mel(hertz) - Mel(64)) / step) - 1;
        Assert.That(Array.IndexOf(frame, frame.Max()), Is.EqualTo(nearest));
    }

    [Test]
    public void Digital_silence_is_finite_and_flat()
    {
        float[] features = new FrontEnd(FrontEndSettings.Telephone(24)).LogMel(new short[1_000]);

        Assert.That(features, Is.All.EqualTo(0f));
    }

    [Test]
    public void Frames_lie_in_the_sound_as_a_whole()
    {
        var frontEnd = new FrontEnd(FrontEndSettings.Telephone(24));

        int[] frames = [.. new[] { 1, 199, 200, 279, 280, 8_000 }.Select(frontEnd.FramesOf)];

        Assert.That(frames, Is.EqualTo(new[] { 1, 1, 1, 1, 2, 98 }));
    }

    [Test]
    public void An_instance_remembers_nothing_of_the_sound_before()
    {
        var stream = new SplitMix(3);
        short[] noise = [.. Enumerable.Range(0, 900).Select(_ => (short)(1_000 * stream.NextGaussian()))];
        var used = new FrontEnd(FrontEndSettings.Telephone(32));
        _ = used.LogMel(noise);

        float[] again = used.LogMel(noise.AsSpan(0, 150));

        Assert.That(again, Is.EqualTo(new FrontEnd(FrontEndSettings.Telephone(32)).LogMel(noise.AsSpan(0, 150))));
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    /// <summary>The discrete cosine transform of Sphinx: Σ w·L·cos(π·i·(j + ½)/40) / 80, w = 1 for the first band, else 2.</summary>
    private static double Cepstrum(ReadOnlySpan<float> logMel, int coefficient)
    {
        double sum = 0;
        for (int band = 0; band < logMel.Length; band++)
        {
            sum += (band == 0 ? 1 : 2) * logMel[band] * Math.Cos(Math.PI * coefficient * (band + 0.5) / logMel.Length);
        }

        return sum / (2 * logMel.Length);
    }

    /// <summary>All <c>.mfc</c> members: a big-endian count, then as many big-endian floats.</summary>
    private static Dictionary<string, float[]> Cepstra(byte[] archive)
    {
        var cepstra = new Dictionary<string, float[]>();
        using var reader = new TarReader(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name.EndsWith(".mfc", StringComparison.Ordinal))
            {
                var bytes = new byte[entry.Length];
                entry.DataStream!.ReadExactly(bytes);
                cepstra.Add(
                    Path.GetFileName(entry.Name),
                    [.. Enumerable.Range(0, BinaryPrimitives.ReadInt32BigEndian(bytes))
                        .Select(index => BinaryPrimitives.ReadSingleBigEndian(bytes.AsSpan(4 + (4 * index))))]);
            }
        }

        return cepstra;
    }
}
