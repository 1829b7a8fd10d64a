using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Orchestrator.Execution;
using Orchestrator.Models.Native;

namespace Orchestrator.Commands;

/// <summary>Version of the program and of what computes for it.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override bool Terminating => true;

    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine($"orchestrator {ThisMachine.Version}");
        output.WriteLine(Torch());
        output.WriteLine($"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}");
        return ExitCode.Done;
    }

    private static string Torch()
    {
        try
        {
            TorchDescription torch = TorchRuntime.Description;
            return $"libtorch {torch.LibtorchVersion} (TorchSharp {torch.TorchSharpVersion}), MKL dispatch {torch.MklDispatch}";
        }
        catch (TorchUnavailableException exception)
        {
            return $"libtorch: {exception.Message}";
        }
    }
}
