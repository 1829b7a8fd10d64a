using System.Runtime.InteropServices;
using Orchestrator.Actors.Coordination;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Actors.Tests.Coordination;

internal sealed class FaultTests
{
    private static IEnumerable<TestCaseData> Exceptions()
    {
        yield return new(new InsufficientMemoryException(), FailureKind.OutOfMemory);
        yield return new(
            new NativeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried"),
            FailureKind.OutOfMemory);
        yield return new(new NativeError("size mismatch"), FailureKind.Bug);
        yield return new(new BadInputException([]), FailureKind.BadConfiguration);
        yield return new(new DataException("file", "is not there"), FailureKind.BadData);
        yield return new(new RunStoreException(RunStoreFault.Full, "full"), FailureKind.Storage);
        yield return new(new IOException("No space left on device", 28), FailureKind.Storage);
        yield return new(new IOException("broken pipe", 32), FailureKind.Bug);
        yield return new(new OperationCanceledException(), FailureKind.PeerLoss);
        yield return new(new InvalidOperationException("never seen"), FailureKind.Bug);
    }

    [TestCaseSource(nameof(Exceptions))]
    public void An_exception_has_a_kind(Exception exception, FailureKind kind)
    {
        Assert.That(Fault.From(exception).Kind, Is.EqualTo(kind));
    }

    [Test]
    public void A_reason_is_bounded()
    {
        Assert.That(
            Fault.From(new InvalidOperationException(new string('x', 100_000))).Reason,
            Has.Length.EqualTo(Fault.ReasonLengthMax));
    }

    /// <summary>As libtorch's errors arrive.</summary>
    private sealed class NativeError(string message) : ExternalException(message);
}
