namespace Orchestrator.Models.Native;

/// <summary>The libtorch of this process and what it runs on: part of every report's machine section.</summary>
/// <param name="LibtorchVersion">As libtorch counts, for example <c>2.10.0.0</c>.</param>
/// <param name="TorchSharpVersion">For example <c>0.107.0</c>.</param>
/// <param name="ProcessorVendor">As the processor names it, for example <c>AuthenticAMD</c>; or <c>unknown</c>.</param>
/// <param name="ProcessorModel">For example <c>AMD EPYC 9B14</c>; or <c>unknown</c>.</param>
/// <param name="MklDispatch">How MKL chose its instructions: <c>native</c> (as it does by itself), <c>mended</c> (by
/// the processor's features instead of its vendor), <c>off</c> (mending is switched off by
/// <c>ORCHESTRATOR_MKL_DISPATCH</c>), or <c>refused:</c> and why mending was not possible.</param>
public sealed record TorchDescription(
    string LibtorchVersion,
    string TorchSharpVersion,
    string ProcessorVendor,
    string ProcessorModel,
    string MklDispatch);
