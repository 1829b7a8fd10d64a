using Orchestrator.Commands;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Tests.Commands;

internal sealed class FailuresTests
{
    private static IEnumerable<Exception> OfTheWorld() =>
    [
        new DataException("f", "It is cut off."),
        new RunStoreException(RunStoreFault.InUse, "It is in use."),
        new UsageException("There is no such run."),
        new IOException("No space left on device"),
        new UnauthorizedAccessException("Access is denied."),
        new BadInputException([new InputError("a.json", 3, 7, "$.name", "Wrong.")]),
    ];

    [TestCaseSource(nameof(OfTheWorld))]
    public void A_failure_of_the_world_is_told_without_a_stack(Exception exception)
    {
        using var error = new StringWriter();

        int code = Failures.Tell(Thrown(exception), error);

        Assert.That(code, Is.EqualTo(ExitCode.BadInput));
        Assert.That(error.ToString(), Does.Contain(exception.Message).And.Not.Contain("   at "));
    }

    [Test]
    public void A_bug_shows_its_stack_and_the_run()
    {
        using var error = new StringWriter();
        var bug = new InvalidOperationException("This cannot be.");
        _ = Failures.Note(bug, "/runs/x");

        int code = Failures.Tell(Thrown(bug), error);

        Assert.That(code, Is.EqualTo(ExitCode.Bug));
        Assert.That(error.ToString(), Does.Contain("This cannot be.").And.Contain("   at ").And.Contain("/runs/x"));
    }

    [Test]
    public void All_errors_of_a_sweep_are_told_and_counted()
    {
        using var error = new StringWriter();

        _ = Failures.Tell(new BadInputException([new("a.json", 3, 7, "$.name", "Wrong."), new("a.json", 4, 1, "$", "Worse.")]), error);

        Assert.That(error.ToString(), Does.Contain("a.json:3:7: $.name: Wrong.").And.Contain("a.json:4:1: $: Worse.").And.Contain("2 errors."));
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            return caught;
        }
    }
}
