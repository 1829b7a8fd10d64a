using System.Net;
using System.Security.Cryptography;
using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

internal sealed class DataFetcherTests
{
    private static readonly byte[] Right = [.. Enumerable.Range(0, 300_000).Select(index => (byte)(index * 31))];

    private static readonly DataFile Known = new(
        "known", "a/known.bin", Right.Length, Hash(Right), new Uri("http://data.test/known.bin"), "A file of this test.");

    private string _folder = string.Empty;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fetch").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task The_right_file_arrives_whole_and_alone()
    {
        var steps = new List<long>();

        DataFileReport report = await Fetch(Known, Right, steps);

        Assert.That(report.State, Is.EqualTo(DataFileState.Ok));
        Assert.That(await File.ReadAllBytesAsync(Path.Combine(_folder, "a", "known.bin")), Is.EqualTo(Right));
        Assert.That(steps, Is.Ordered.And.Not.Empty);
        Assert.That(steps[^1], Is.EqualTo(Right.Length));
        Assert.That(Files(), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_wrong_file_leaves_nothing_behind([Values(100, 300_000, 400_000)] int bytes)
    {
        Assert.That(() => Fetch(Known, new byte[bytes]), Throws.InstanceOf<DataException>().With.Message.Contains("http://data.test/known.bin"));
        Assert.That(Files(), Is.Empty);
    }

    [Test]
    public async Task A_wrong_file_is_replaced_and_only_by_the_right_one()
    {
        string path = Path.Combine(_folder, "a", "known.bin");
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "mine");

        Assert.That(() => Fetch(Known, [1, 2, 3]), Throws.InstanceOf<DataException>());
        Assert.That(await File.ReadAllTextAsync(path), Is.EqualTo("mine"));
        DataFileReport report = await Fetch(Known, Right);

        Assert.That(report.State, Is.EqualTo(DataFileState.Ok));
    }

    [Test]
    public async Task A_file_that_is_there_is_not_fetched_again()
    {
        _ = await Fetch(Known, Right);

        DataFileReport report = await Fetch(Known, body: null);

        Assert.That(report.State, Is.EqualTo(DataFileState.Ok));
    }

    [Test]
    public void A_server_without_the_file_is_a_data_exception() => Assert.That(
        () => Fetch(Known, body: null), Throws.InstanceOf<DataException>().With.Message.Contains("404"));

    [Test]
    public void A_file_without_an_address_says_where_to_put_it() => Assert.That(
        () => Fetch(Known with { Url = null }, Right),
        Throws.InstanceOf<DataException>().With.Message.Contains("a/known.bin").And.Message.Contains(_folder));

    [Test]
    public async Task An_archive_in_another_packing_is_accepted_and_one_of_other_recordings_is_not()
    {
        byte[] sound = Wav.Of([1, 2, 3]);
        byte[] published = Wav.Archive(("x/a.wav", sound));
        DataFile archive = Known with
        {
            Bytes = published.Length,
            Sha256 = Hash(published),
            ContentSha256 = RecordingArchive.ContentHash(RecordingArchive.Unpack("x", published)),
        };

        Assert.That(
            () => Fetch(archive, Wav.Archive(("x/a.wav", Wav.Of([1, 2, 4])))), Throws.InstanceOf<DataException>());
        DataFileReport report = await Fetch(archive, Wav.Archive(("y/LICENSE", [1]), ("y/a.wav", sound)));

        Assert.That(report.State, Is.EqualTo(DataFileState.OkRepacked));
    }

    [Test]
    public void Verification_tells_missing_from_wrong()
    {
        DataFileState missing = DataVerifier.Verify(Known, new DataRoot(_folder)).State;
        _ = Directory.CreateDirectory(Path.Combine(_folder, "a"));
        File.WriteAllBytes(Path.Combine(_folder, "a", "known.bin"), Right[..^1]);
        DataFileReport wrong = DataVerifier.Verify(Known, new DataRoot(_folder));

        Assert.That(missing, Is.EqualTo(DataFileState.Missing));
        Assert.That(wrong.State, Is.EqualTo(DataFileState.Wrong));
        Assert.That(wrong.Problem, Does.Contain("299,999"));
    }

    [Test]
    public void All_known_real_files_verify()
    {
        DataRoot root = RealData.Root("fsdd/recordings.tar.gz");

        Assert.That(DataVerifier.Verify(root), Is.All.Property(nameof(DataFileReport.State)).EqualTo(DataFileState.Ok));
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private string[] Files() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    private async Task<DataFileReport> Fetch(DataFile file, byte[]? body, List<long>? steps = null)
    {
        using var client = new HttpClient(new Server(body));
        return await new DataFetcher(client).FetchAsync(file, _folder, new Steps(steps ?? []));
    }

    private sealed class Steps(List<long> steps) : IProgress<DataProgress>
    {
        public void Report(DataProgress value) => steps.Add(value.Bytes);
    }

    /// <summary>Serves one body, or nothing.</summary>
    private sealed class Server(byte[]? body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(body is null
                ? new HttpResponseMessage(HttpStatusCode.NotFound)
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) });
    }
}
