namespace Orchestrator.Models.Data;

/// <summary>Options of <c>spoken-digits</c>: one recording, one digit.</summary>
[Kind("spoken-digits")]
public sealed record SpokenDigitsOptions : SpeechOptions;
