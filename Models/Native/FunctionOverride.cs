using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Models.Native;

/// <summary>
/// A function of a loaded x86-64 library that returns 1 from here on, in this process only: the library's file and
/// other processes' pages stay as they are. No thread may be inside the function while it is written.
/// </summary>
internal sealed unsafe class FunctionOverride
{
    /// <summary><c>mov eax, 1; ret</c></summary>
    private static ReadOnlySpan<byte> ReturnOne => [0xB8, 0x01, 0x00, 0x00, 0x00, 0xC3];

    private readonly nint _function;
    private readonly byte[] _original;

    private FunctionOverride(nint function)
    {
        _function = function;
        _original = new ReadOnlySpan<byte>((void*)function, ReturnOne.Length).ToArray();
    }

    /// <summary>Writes the function, or leaves it as it is and says why the system refused.</summary>
    public static bool TryReturnOne(
        nint function, [NotNullWhen(true)] out FunctionOverride? done, out string refusal)
    {
        FunctionOverride attempt = new(function);
        bool isWritten = attempt.TryWrite(ReturnOne, out refusal);
        done = isWritten ? attempt : null;
        return isWritten;
    }

    /// <exception cref="InvalidOperationException">The system no longer lets the page be written.</exception>
    public void Revert()
    {
        if (!TryWrite(_original, out string refusal))
            throw new InvalidOperationException($"A function that was replaced cannot be restored: {refusal}.");
    }

    /// <summary>
    /// The pages stay executable while they are writable. Without that, a policy which forbids to make written pages
    /// executable (SELinux's execmod, seccomp filters) would refuse the way back, and the next call would crash; so it
    /// refuses the first step, and nothing has happened.
    /// </summary>
    private bool TryWrite(ReadOnlySpan<byte> code, out string refusal)
    {
        nint pageSize = Environment.SystemPageSize;
        nint start = _function / pageSize * pageSize;
        nuint length = (nuint)(_function + code.Length - start);
        if (Libc.Protect(start, length, Libc.Read | Libc.Write | Libc.Execute) != 0)
        {
            refusal = Libc.LastError();
            return false;
        }
        code.CopyTo(new Span<byte>((void*)_function, code.Length));
        if (Libc.Protect(start, length, Libc.Read | Libc.Execute) != 0)
            throw new InvalidOperationException($"Pages of code cannot be made read-only again: {Libc.LastError()}.");
        refusal = "";
        return true;
    }
}
