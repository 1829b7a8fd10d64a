using NUnit.Framework.Interfaces;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A fresh folder named after the test, left there if the test fails.</summary>
internal sealed class Workplace : IDisposable
{
    public Workplace()
    {
        string name = string.Concat(TestContext.CurrentContext.Test.Name.Select(letter => char.IsLetterOrDigit(letter) ? letter : '_'));
        Folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "end-to-end", name);
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return name;
    }

    public void Dispose()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status != TestStatus.Failed)
            Directory.Delete(Folder, recursive: true);
        else
            TestContext.Out.WriteLine($"What the program left is in {Folder}");
    }
}
