using System.Collections.Immutable;
using TorchSharp;
using TorchSharp.Modules;

namespace Orchestrator.Models.Networks;

/// <summary>
/// All parameters of a network in one buffer, and all gradients in another, in the order of
/// <see cref="NetworkParameters"/>: optimizer, masks and exchange each work on one tensor, and a matrix is a view.
/// </summary>
internal sealed class FlatParameters : IDisposable
{
    private readonly Dictionary<string, Place> _places = [];

    public FlatParameters(ImmutableArray<ParameterInfo> parameters)
    {
        Infos = parameters;
        Count = parameters.Sum(parameter => parameter.Count);
        Parameter = new Parameter(torch.zeros(Count, torch.float32));
        _ = Parameter.DetachFromDisposeScope();
        Values = Parameter.detach().DetachFromDisposeScope();
        Gradients = torch.zeros(Count, torch.float32).DetachFromDisposeScope();
        Parameter.grad = Gradients;
        long offset = 0;
        foreach (ParameterInfo info in parameters)
        {
            _places.Add(info.Name, new Place(info, View(Values, info, offset), View(Gradients, info, offset)));
            offset += info.Count;
        }
    }

    public ImmutableArray<ParameterInfo> Infos { get; }

    public long Count { get; }

    /// <summary>What the optimizer steps: a leaf whose memory is <see cref="Values"/> and whose gradient is <see cref="Gradients"/>.</summary>
    public Parameter Parameter { get; }

    /// <summary>[Count]</summary>
    public torch.Tensor Values { get; }

    /// <summary>[Count]</summary>
    public torch.Tensor Gradients { get; }

    /// <summary>[rows, columns], or [rows] for a vector, within <see cref="Values"/>.</summary>
    public torch.Tensor this[string name] => _places[name].Value;

    /// <summary>The same within <see cref="Gradients"/>.</summary>
    public torch.Tensor GradientOf(string name) => _places[name].Gradient;

    public void Dispose()
    {
        foreach (Place place in _places.Values)
        {
            place.Value.Dispose();
            place.Gradient.Dispose();
        }

        Gradients.Dispose();
        Values.Dispose();
        Parameter.Dispose();
    }

    private static torch.Tensor View(torch.Tensor flat, ParameterInfo info, long offset)
    {
        using torch.Tensor part = flat.narrow(0, offset, info.Count);
        torch.Tensor view = info.IsMatrix ? part.view(info.Rows, info.Columns) : part.view(info.Rows);
        return view.DetachFromDisposeScope();
    }

    private sealed record Place(ParameterInfo Info, torch.Tensor Value, torch.Tensor Gradient);
}
