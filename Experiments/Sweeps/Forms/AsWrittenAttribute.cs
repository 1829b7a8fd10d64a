namespace Orchestrator.Experiments.Sweeps.Forms;

/// <summary>Marks a type that holds a part of a file as it was written; it has a constructor that takes the node.</summary>
/// <param name="words">What may stand there.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AsWrittenAttribute(string words) : Attribute
{
    public string Words => words;
}
