namespace Orchestrator.Models.Native;

/// <summary>
/// Settings of the OpenMP runtime, which reads them once, when libtorch is loaded.
/// </summary>
internal static class OpenMp
{
    private const string WaitPolicy = "OMP_WAIT_POLICY";

    /// <summary>
    /// Has threads without work sleep instead of spin, unless the user has chosen. Where trials share cores, spinning
    /// takes the time of those that compute: steps with two spinning threads on two cores took up to four times as
    /// long.
    /// </summary>
    public static void LetIdleThreadsSleep()
    {
        string policy = Environment.GetEnvironmentVariable(WaitPolicy) ?? "passive";
        Environment.SetEnvironmentVariable(WaitPolicy, policy);
        // .NET keeps its own copy of the environment on Unix; native code reads the C library's.
        if (!OperatingSystem.IsWindows() && Libc.SetEnvironmentVariable(WaitPolicy, policy, overwrite: 1) != 0)
            throw new InvalidOperationException($"`{WaitPolicy}` cannot be set: {Libc.LastError()}.");
    }
}
