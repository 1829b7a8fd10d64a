using Orchestrator.Actors.Coordination;

namespace Orchestrator.Actors.Tests.Coordination;

internal sealed class RetryPolicyTests
{
    [Test]
    public void Every_kind_of_failure_has_a_verdict([Values] FailureKind kind, [Range(0, 3)] int charged)
    {
        RetryPolicy.Verdict verdict = RetryPolicy.After(kind, charged);

        RetryPolicy.Verdict expected = kind switch
        {
            FailureKind.NodeLoss or FailureKind.Storage => RetryPolicy.Verdict.Retry,
            FailureKind.BadConfiguration or FailureKind.BadData or FailureKind.Dependency => RetryPolicy.Verdict.Fail,
            _ => charged < 2 ? RetryPolicy.Verdict.RetryCharged : RetryPolicy.Verdict.Fail,
        };
        Assert.That(verdict, Is.EqualTo(expected));
    }
}
