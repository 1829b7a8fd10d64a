namespace Orchestrator.Actors.Serialization;

/// <summary>
/// A message that may leave the process, or an event that is kept in the journal. The configuration binds it to
/// <see cref="WireSerializer"/>, which knows every implementation by a manifest.
/// </summary>
internal interface IWireMessage;
