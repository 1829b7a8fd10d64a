namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>One thing that must hold in a sweep. All rules run, whatever the others found.</summary>
internal interface IRule
{
    void Check(SweepDefinition sweep, ErrorSink errors);
}
