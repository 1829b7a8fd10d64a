using Orchestrator.Models.Native;

namespace Orchestrator.Models.Tests;

/// <summary>Before the first test that computes, as every entry point does.</summary>
[SetUpFixture]
internal sealed class TorchSetUp
{
    [OneTimeSetUp]
    public void Initialize() => TorchRuntime.Initialize();
}
