using System.Text;
using CsCheck;
using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

internal sealed class WavReaderTests
{
    [Test]
    public void Samples_come_back_as_they_were_written() => Gen.Short.Array[1, 500].Sample(samples =>
    {
        Waveform waveform = WavReader.Read("a.wav", Wav.Of(samples));

        Assert.That(waveform.Samples, Is.EqualTo(samples));
        Assert.That(waveform.SampleRate, Is.EqualTo(8_000));
    });

    [Test]
    public void Unknown_chunks_are_skipped_with_their_padding()
    {
        byte[] file = Wav.File(Wav.Format(), Wav.Chunk("LIST", [1, 2, 3]), Wav.Data([5, -5]));

        Assert.That(WavReader.Read("a.wav", file).Samples, Is.EqualTo(new short[] { 5, -5 }));
    }

    [Test]
    public void The_extensible_form_of_pcm_is_read()
    {
        byte[] format = [.. Wav.FormatBody(format: 0xFFFE), 22, 0, 16, 0, 4, 0, 0, 0, 1, 0, .. new byte[14]];

        Waveform waveform = WavReader.Read("a.wav", Wav.File(Wav.Chunk("fmt ", format), Wav.Data([7])));

        Assert.That(waveform.Samples, Is.EqualTo(new short[] { 7 }));
    }

    [Test]
    public void A_file_cut_off_anywhere_is_refused() => Gen.Int[0, 59].Sample(length =>
    {
        byte[] whole = Wav.Of([1, 2, 3, 4, 5, 6, 7, 8]);

        Assert.That(() => WavReader.Read("a.wav", whole.AsSpan(0, length)), Throws.InstanceOf<DataException>());
    });

    [Test]
    public void Any_bytes_give_samples_or_a_data_exception() => Gen.Select(Gen.Int[0, 59], Gen.Byte).Sample((position, value) =>
    {
        byte[] file = Wav.Of([1, 2, 3, 4, 5, 6, 7, 8]);
        file[position] = value;

        try
        {
            return WavReader.Read("a.wav", file).Samples.Length <= 8;
        }
        catch (DataException)
        {
            return true;
        }
    });

    private static IEnumerable<TestCaseData<byte[], string>> Odd()
    {
        yield return Case("stereo", Wav.File(Wav.Chunk("fmt ", Wav.FormatBody(channels: 2)), Wav.Data([1])), "2 channels");
        yield return Case("8 bits", Wav.File(Wav.Chunk("fmt ", Wav.FormatBody(bits: 8)), Wav.Data([1])), "8 bits");
        yield return Case("float", Wav.File(Wav.Chunk("fmt ", Wav.FormatBody(format: 3)), Wav.Data([1])), "format 3");
        yield return Case("no rate", Wav.File(Wav.Chunk("fmt ", Wav.FormatBody(rate: 0)), Wav.Data([1])), "0 Hz");
        yield return Case("short format", Wav.File(Wav.Chunk("fmt ", [1, 0]), Wav.Data([1])), "at least 16");
        yield return Case("half a sample", Wav.File(Wav.Format(), Wav.Chunk("data", [1, 2, 3])), "no whole number");
        yield return Case("nothing", Wav.File(Wav.Format(), Wav.Data([])), "no whole number");
        yield return Case("data first", Wav.File(Wav.Data([1]), Wav.Format()), "before their format");
        yield return Case("no data", Wav.File(Wav.Format()), "no chunk of samples");
        yield return Case("no wave", Encoding.ASCII.GetBytes("this is a text, not a sound"), "RIFF WAVE");
        yield return Case(
            "endless", Wav.File([.. Enumerable.Range(0, 100).Select(_ => Wav.Chunk("junk", [])), Wav.Format(), Wav.Data([1])]), "no chunk of samples");
    }

    [TestCaseSource(nameof(Odd))]
    public void Odd_files_are_refused_by_name_and_reason(byte[] file, string reason) => Assert.That(
        () => WavReader.Read("odd.wav", file),
        Throws.InstanceOf<DataException>()
            .With.Property(nameof(DataException.FileName)).EqualTo("odd.wav")
            .And.Message.Contains(reason));

    private static TestCaseData<byte[], string> Case(string name, byte[] file, string reason) =>
        new(file, reason) { TestName = $"Odd files are refused: {name}" };
}
