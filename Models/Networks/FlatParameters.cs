using System.Collections.Immutable;
using TorchSharp;

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
        Values = torch.zeros(Count, torch.float32).DetachFromDisposeScope();
        Gradients = torch.zeros(Count, torch.float32).DetachFromDisposeScope();
        long offset = 0;
        foreach (ParameterInfo info in parameters)
        {
            var range = new GradientRange(checked((int)offset), (int)info.Count);
            _places.Add(info.Name, new Place(range, View(Values, info, offset), View(Gradients, info, offset)));
            offset += info.Count;
        }
    }

    public ImmutableArray<ParameterInfo> Infos { get; }

    public long Count { get; }

    /// <summary>[Count]</summary>
    public torch.Tensor Values { get; }

    /// <summary>[Count]</summary>
    public torch.Tensor Gradients { get; }

    /// <summary>[rows, columns], or [rows] for a vector, within <see cref="Values"/>.</summary>
    public torch.Tensor this[string name] => _places[name].Value;

    /// <summary>The same within <see cref="Gradients"/>.</summary>
    public torch.Tensor GradientOf(string name) => _places[name].Gradient;

    /// <summary>Where the parameter lies in the flat buffers.</summary>
    public GradientRange RangeOf(string name) => _places[name].Range;

    public void Dispose()
    {
        foreach (Place place in _places.Values)
        {
            place.Value.Dispose();
            place.Gradient.Dispose();
        }

        Gradients.Dispose();
        Values.Dispose();
    }

    private static torch.Tensor View(torch.Tensor flat, ParameterInfo info, long offset)
    {
        using torch.Tensor part = flat.narrow(0, offset, info.Count);
        torch.Tensor view = info.IsMatrix ? part.view(info.Rows, info.Columns) : part.view(info.Rows);
        return view.DetachFromDisposeScope();
    }

    private sealed record Place(GradientRange Range, torch.Tensor Value, torch.Tensor Gradient);
}
