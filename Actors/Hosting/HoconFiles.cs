using System.Reflection;
using Akka.Configuration;

namespace Orchestrator.Actors.Hosting;

/// <summary>The configuration of the actors: files of the user's where there are some, else those that the assembly carries.</summary>
internal static class HoconFiles
{
    public const string Base = "base.conf";
    public const string SingleNode = "single-node.conf";

    /// <param name="directory">Null: the folder <c>hocon</c> beside the program.</param>
    /// <returns>What <paramref name="mode"/> says, and <see cref="Base"/> where it says nothing.</returns>
    public static Config Load(string? directory, string mode)
    {
        string folder = directory ?? Path.Combine(AppContext.BaseDirectory, "hocon");
        return Parse(folder, mode).WithFallback(Parse(folder, Base));
    }

    /// <summary>The file as the assembly carries it.</summary>
    public static string Embedded(string file)
    {
        Assembly assembly = typeof(HoconFiles).Assembly;
        using Stream stream = assembly.GetManifestResourceStream($"hocon/{file}")
            ?? throw new ArgumentException($"There is no `{file}`.", nameof(file));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static Config Parse(string folder, string file)
    {
        string path = Path.Combine(folder, file);
        return ConfigurationFactory.ParseString(File.Exists(path) ? File.ReadAllText(path) : Embedded(file));
    }
}
