using Newtonsoft.Json.Linq;
using Orchestrator.Commands;

namespace Orchestrator.Tests.Commands;

internal sealed class DataCommandTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("data-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task The_list_shows_all_kinds_and_what_is_missing()
    {
        Typed typed = await Typed.RunAsync("data", "list", "--data", _folder);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(typed.Out, Does.Contain("synthetic-digits").And.Contain("none needed").And.Contain("yes-no: missing"));
    }

    [Test]
    public async Task The_list_is_the_same_for_machines()
    {
        Typed typed = await Typed.RunAsync("data", "list", "--data", _folder, "--json");

        Assert.That(JArray.Parse(typed.Out).Select(kind => kind.Value<string>("kind")), Does.Contain("spoken-digits"));
    }

    [Test]
    public async Task A_truncated_file_is_told_with_what_to_do()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "yesno"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "yesno", "waves_yesno.tar.gz"), "cut off");

        Typed typed = await Typed.RunAsync("data", "verify", "--data", _folder);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Out, Does.Contain("yes-no: wrong").And.Contain("truncated").And.Contain("orchestrator data fetch yes-no"));
    }

    [Test]
    public async Task Files_that_nobody_asked_for_may_be_missing()
    {
        Typed all = await Typed.RunAsync("data", "verify", "--data", _folder);
        Typed named = await Typed.RunAsync("data", "verify", "yes-no", "--data", _folder);

        Assert.That((all.ExitCode, named.ExitCode), Is.EqualTo((ExitCode.Done, ExitCode.BadInput)));
    }

    [TestCase("yes-noo", "Did you mean `yes-no`?")]
    [TestCase("synthetic-digits", "is generated")]
    public async Task A_name_without_files_is_told(string name, string expected)
    {
        Typed typed = await Typed.RunAsync("data", "fetch", name, "--data", _folder);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Error, Does.Contain(expected));
    }
}
