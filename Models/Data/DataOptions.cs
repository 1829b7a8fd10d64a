using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Data;

/// <summary>
/// What a sweep file says about its data. Ranges of single properties are attributes;
/// what two properties must hold together, <see cref="Validate"/> checks.
/// </summary>
public abstract record DataOptions : IValidatableObject
{
    [Range(1, 4096)]
    [Description("Samples per training step, over all ranks together.")]
    public int BatchSize { get; init; } = 32;

    public virtual IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => [];
}
