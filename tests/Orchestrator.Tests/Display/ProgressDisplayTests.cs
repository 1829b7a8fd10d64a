using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Hosting;
using Orchestrator.Commands;
using Orchestrator.Display;

namespace Orchestrator.Tests.Display;

internal sealed class ProgressDisplayTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly StringWriter _out = new();

    [SetUp]
    public void Forget() => _out.GetStringBuilder().Clear();

    [Test]
    public void A_log_has_a_line_for_the_start_and_the_end_of_a_trial()
    {
        ProgressDisplay display = Display(isInteractive: false);

        display.Report(Progress(Trial(TrialState.Pending)));
        display.Report(Progress(Trial(TrialState.Running) with { Attempt = 1 }));
        display.Report(Progress(Trial(TrialState.Running) with { Attempt = 1, Step = 7 }));
        display.Report(Progress(Trial(TrialState.Succeeded) with { Attempt = 1, Metric = "test/label-error-rate", MetricValue = 0.041 }));

        Assert.That(Lines(), Is.EqualTo(new[]
        {
            "start  dense [0.002], seed 3",
            "end    dense [0.002], seed 3: succeeded, label error rate 4.10 %",
        }));
    }

    [Test]
    public void A_log_has_a_line_of_progress_every_ten_seconds_at_most()
    {
        ProgressDisplay display = Display(isInteractive: false);
        for (int second = 0; second < 25; second++)
        {
            display.Report(Progress(Trial(TrialState.Running) with { Attempt = 1, Step = second }));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(Lines().Count(line => line.Contains("1 running", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(Lines()[^1], Is.EqualTo("5 s: 1 running; about 1 min 30 s left"));
    }

    [Test]
    public void What_ended_before_is_no_news()
    {
        ProgressDisplay display = Display(isInteractive: false);

        display.Report(Progress(Trial(TrialState.Failed) with { Reason = "Out of memory." }));

        Assert.That(Lines(), Is.Empty);
    }

    [Test]
    public void A_second_attempt_and_a_failure_are_told()
    {
        ProgressDisplay display = Display(isInteractive: false);

        display.Report(Progress(Trial(TrialState.Running) with { Attempt = 1 }));
        display.Report(Progress(Trial(TrialState.Running) with { Attempt = 2 }));
        display.Report(Progress(Trial(TrialState.Failed) with { Attempt = 2, Reason = "Out of memory." }));

        Assert.That(Lines()[1..], Is.EqualTo(new[] { "start  dense [0.002], seed 3, attempt 2", "end    dense [0.002], seed 3: failed, Out of memory." }));
    }

    [Test]
    public async Task A_terminal_shows_a_table_with_the_running_trials_first()
    {
        ProgressDisplay display = Display(isInteractive: true);
        display.Report(Progress(
            Trial(TrialState.Pending) with { Seed = 11 },
            Trial(TrialState.Running) with { Seed = 12, Step = 50, Steps = 100, Epoch = 4, Loss = 1.5, Sparsity = 0.9, Metric = "validation/label-error-rate", MetricValue = 0.041 }));

        SweepOutcome outcome = await display.ShowAsync(Task.FromResult(new SweepOutcome(2, 0, 0, 0, Stopped: false)));

        string shown = _out.ToString();
        Assert.That(outcome.Succeeded, Is.EqualTo(2));
        Assert.That(shown, Does.Contain("dense").And.Contain("█████░░░░░").And.Contain("90.0 %").And.Contain("4.10 %"));
        Assert.That(shown.IndexOf("12", StringComparison.Ordinal), Is.LessThan(shown.IndexOf("11", StringComparison.Ordinal)));
    }

    private static TrialProgress Trial(TrialState state) => new("id", "dense [0.002]", 3, state);

    private static SweepProgress Progress(params TrialProgress[] trials) => new()
    {
        Trials = [.. trials],
        Waiting = 0,
        Pending = trials.Count(trial => trial.State == TrialState.Pending),
        Running = trials.Count(trial => trial.State == TrialState.Running),
        Succeeded = 0,
        Diverged = 0,
        Failed = 0,
        Elapsed = TimeSpan.FromSeconds(5),
        Remaining = TimeSpan.FromSeconds(90),
    };

    private ProgressDisplay Display(bool isInteractive) =>
        ProgressDisplay.Create(new Terminal(_out, TextWriter.Null, _time, isInteractive));

    private string[] Lines() => _out.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
