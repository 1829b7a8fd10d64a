using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Orchestrator.Models.Native;

namespace Orchestrator.Models.Tests.Native;

[Platform("Linux")]
internal sealed class FunctionOverrideTests
{
    private const int Private = 2;
    private const int Shared = 1;
    private const int Anonymous = 0x20;

    /// <summary><c>mov eax, 7; ret</c>, which needs an x86-64 to be called.</summary>
    private static readonly byte[] ReturnSeven = [0xB8, 0x07, 0x00, 0x00, 0x00, 0xC3];

    private readonly nuint _pageSize = (nuint)Environment.SystemPageSize;

    [SetUp]
    public void NeedsX64()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Ignore("The code that is written is x86-64's.");
    }

    [Test]
    public void An_overridden_function_returns_one_until_it_is_reverted([Values(0, -3)] int acrossPages)
    {
        nint pages = Map(0, 2 * _pageSize, Libc.Read | Libc.Write, Private | Anonymous, fd: -1, 0);
        nint function = pages + (nint)_pageSize + acrossPages;
        Marshal.Copy(ReturnSeven, 0, function, ReturnSeven.Length);
        Assert.That(Libc.Protect(pages, 2 * _pageSize, Libc.Read | Libc.Execute), Is.Zero, Libc.LastError());
        Call call = Marshal.GetDelegateForFunctionPointer<Call>(function);

        int before = call();
        bool isDone = FunctionOverride.TryReturnOne(function, out FunctionOverride? done, out _);
        int during = call();
        done?.Revert();
        int after = call();

        Assert.That((before, isDone, during, after), Is.EqualTo((7, true, 1, 7)));
        Assert.That(Unmap(pages, 2 * _pageSize), Is.Zero);
    }

    [Test]
    public void A_refusal_leaves_the_function_and_says_why()
    {
        string file = Path.GetTempFileName();
        File.WriteAllBytes(file, ReturnSeven);
        using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read);
        nint page = Map(0, _pageSize, Libc.Read, Shared, (int)handle.DangerousGetHandle(), 0);

        bool isDone = FunctionOverride.TryReturnOne(page, out _, out string refusal);

        byte[] content = new byte[ReturnSeven.Length];
        Marshal.Copy(page, content, 0, content.Length);
        Assert.That(isDone, Is.False);
        Assert.That(refusal, Is.EqualTo("Permission denied"));
        Assert.That(content, Is.EqualTo(ReturnSeven));
        Assert.That(Unmap(page, _pageSize), Is.Zero);
        File.Delete(file);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Call();

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint address, nuint length);
}
