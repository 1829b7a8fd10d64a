namespace Orchestrator.Models.Data;

/// <summary>The word that picks this options record as <c>kind</c> in a sweep file.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class KindAttribute(string name) : Attribute
{
    public string Name => name;
}
