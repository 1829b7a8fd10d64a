using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>A name of a file for a ring of any name: what may be read of it stays, and its hash keeps two rings apart.</summary>
internal static class SafeName
{
    private const int ReadableCharacters = 40;
    private const int HashCharacters = 24;

    public static string Of(string name)
    {
        string readable = string.Concat(name.Take(ReadableCharacters).Select(character =>
            char.IsAsciiLetterOrDigit(character) || character is '-' or '_' ? character : '_'));
        return $"{readable}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashCharacters]}";
    }
}
