namespace Orchestrator.Commands;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>All was done as far as it could be: some trials have no result, or some measured sums were wrong.</summary>
    public const int SomeFailed = 1;

    /// <summary>Nothing was begun that the input, the data, the disk or the machine do not allow.</summary>
    public const int BadInput = 2;

    /// <summary>A fault of the program itself: EX_SOFTWARE of sysexits.h.</summary>
    public const int Bug = 70;

    /// <summary>Stopped by the user: 128 + SIGINT, as shells have it.</summary>
    public const int Stopped = 130;
}
