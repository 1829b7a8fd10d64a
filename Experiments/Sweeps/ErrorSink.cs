using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>Collects the errors of one file. The same error of many cells is one error.</summary>
internal sealed class ErrorSink(string file)
{
    private readonly HashSet<InputError> _errors = [];

    public bool IsEmpty => _errors.Count == 0;

    /// <summary>How often anything was reported, the same error again included: what reads a value learns from it whether the value was wrong.</summary>
    public int Reports { get; private set; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<InputError> Errors =>
        [.. _errors.OrderBy(error => error.Line).ThenBy(error => error.Column).ThenBy(error => error.Message, StringComparer.Ordinal)];

    /// <summary>The file as a whole.</summary>
    public void AddWhole(string message) => Add(new InputError(file, 0, 0, "$", message));

    public void Add(Place place, string message) => Add(place, message, found: null, allowed: null, nearest: null);

    /// <summary>`found` is not what may stand here.</summary>
    public void AddFound(Node node, string allowed) =>
        Add(node.Place, $"Found {node.Shown}; allowed: {allowed}.", node.Shown, allowed, nearest: null);

    /// <summary>A name that is not among the known ones.</summary>
    /// <param name="what">What is not known: "key", "variant".</param>
    public void AddUnknown(Place place, string what, string found, IReadOnlyCollection<string> known)
    {
        string? nearest = NearestName.Of(found, known);
        string allowed = known.Count == 0 ? "none" : string.Join(", ", known);
        string hint = nearest is null ? "" : $" Did you mean `{nearest}`?";
        Add(place, $"Unknown {what} `{Node.Shorten(found)}`.{hint} Allowed: {allowed}.", found, allowed, nearest);
    }

    private void Add(Place place, string message, string? found, string? allowed, string? nearest) =>
        Add(new InputError(file, place.Line, place.Column, place.Path, message)
        {
            Found = found,
            Allowed = allowed,
            Nearest = nearest,
        });

    private void Add(InputError error)
    {
        Reports++;
        _ = _errors.Add(error);
    }
}
