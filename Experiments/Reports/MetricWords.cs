using Orchestrator.Experiments.Planning;

namespace Orchestrator.Experiments.Reports;

/// <summary>What the metrics of a trial are called in sentences, and in what they are measured.</summary>
internal static class MetricWords
{
    private const string Validation = "validation/";
    private const string Test = "test/";

    /// <summary>
    /// The metric that verdicts rest on: the objective on the test part. A trial trains to its end whatever the validation
    /// part says, and nothing was chosen by the test part.
    /// </summary>
    public static string Reported(string objective) =>
        objective.StartsWith(Validation, StringComparison.Ordinal) ? Test + objective[Validation.Length..] : objective;

    public static MetricDescription Describe(string name, Direction direction)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string part = slash < 0 ? "" : name[..slash];
        (string label, MetricUnit unit, string? unitName) = name[(slash + 1)..] switch
        {
            "label-error-rate" => ("label error", MetricUnit.Fraction, null),
            "sequence-error-rate" => ("sequence error", MetricUnit.Fraction, null),
            "error-rate" => ("error", MetricUnit.Fraction, null),
            "bits-per-character" => ("bits per character", MetricUnit.Number, "bits"),
            "loss" => ("loss", MetricUnit.Number, "nats"),
            "overall" => ("sparsity", MetricUnit.Fraction, null),
            "gradient-norm" => ("gradient norm", MetricUnit.Number, null),
            "learning-rate" => ("learning rate", MetricUnit.Number, null),
            var other => (other.Replace('-', ' '), MetricUnit.Number, (string?)null),
        };
        string whole = part is "" or "test" or "sparsity" ? label : $"{part} {label}";
        return new MetricDescription(
            name, whole, direction == Direction.Minimize ? MetricDirection.Minimize : MetricDirection.Maximize, unit, unitName);
    }
}
