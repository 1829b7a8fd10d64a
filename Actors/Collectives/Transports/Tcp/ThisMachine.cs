using System.Security.Cryptography;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>How the ranks of a machine recognize each other.</summary>
internal static class ThisMachine
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    /// <summary>The same for all processes on this kernel since it was started; where there is none, for this call alone.</summary>
    public static byte[] Name() => File.Exists(BootId) && Guid.TryParse(File.ReadAllText(BootId), out Guid boot)
        ? boot.ToByteArray()
        : RandomNumberGenerator.GetBytes(MemberCard.MachineBytes);
}
