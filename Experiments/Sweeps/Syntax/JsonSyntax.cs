using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Newtonsoft.Json;

namespace Orchestrator.Experiments.Sweeps.Syntax;

/// <summary>
/// Reads JSON with comments and trailing commas into nodes. What the JSON reader would let pass beyond that (single quotes,
/// bare names, octal numbers, NaN, constructors, a key twice) is an error, so that a file means the same to every reader.
/// </summary>
internal sealed class JsonSyntax : IDisposable
{
    /// <summary>Deeper nesting than any sweep or plan has; protects the stack.</summary>
    public const int DepthMax = 32;

    /// <summary>More members than any object of a sweep or plan has; what looks at each pair of them stays quick.</summary>
    public const int MembersMax = 1_000;

    private readonly string _text;
    private readonly ErrorSink _errors;
    private readonly LineIndex _lines;
    private readonly JsonTextReader _reader;
    private int _before;

    private JsonSyntax(string text, ErrorSink errors)
    {
        _text = text;
        _errors = errors;
        _lines = new LineIndex(text);
        _reader = new JsonTextReader(new StringReader(text))
        {
            DateParseHandling = DateParseHandling.None,
            FloatParseHandling = FloatParseHandling.Double,
            MaxDepth = DepthMax,
            Culture = CultureInfo.InvariantCulture,
        };
    }

    /// <summary>The value that the text holds; null if it is no JSON. Errors are reported.</summary>
    public static Node? Parse(string text, ErrorSink errors)
    {
        using var syntax = new JsonSyntax(text.TrimStart('\uFEFF'), errors);
        try
        {
            return syntax.ParseText();
        }
        catch (JsonReaderException exception)
        {
            errors.Add(new Place(Math.Max(exception.LineNumber, 1), exception.LinePosition + 1, "$"), Reword(exception));
            return null;
        }
    }

    public void Dispose() => _reader.Close();

    private Node? ParseText()
    {
        if (!Advance())
        {
            _errors.AddWhole("The file is empty; a JSON object is expected.");
            return null;
        }

        Node node = ParseValue("$");
        if (Advance())
        {
            _errors.Add(PlaceHere("$"), "Something follows the end of the JSON value; remove it.");
            return null;
        }

        return node;
    }

    private Node ParseValue(string path)
    {
        Place place = PlaceHere(path);
        return _reader.TokenType switch
        {
            JsonToken.StartObject => ParseObject(place),
            JsonToken.StartArray => ParseList(place),
            JsonToken.String => ParseString(place),
            JsonToken.Integer or JsonToken.Float => ParseNumber(place),
            JsonToken.Boolean or JsonToken.Null => new ScalarNode(place, _reader.Value),
            _ => throw Error($"`{Here()}` is not JSON"),
        };
    }

    private ObjectNode ParseObject(Place place)
    {
        var members = ImmutableArray.CreateBuilder<Member>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (AdvanceInside() != JsonToken.EndObject)
        {
            string name = (string)_reader.Value!;
            string path = Place.Append(place.Path, name);
            Place namePlace = PlaceHere(path);
            if (_reader.QuoteChar != '"')
                _errors.Add(namePlace, $"The key `{Node.Shorten(name)}` must stand in double quotes.");
            _ = AdvanceInside();
            Node value = ParseValue(path);
            if (members.Count == MembersMax)
                throw Error($"An object has more than {MembersMax} members");
            if (names.Add(name))
                members.Add(new Member(name, namePlace, value));
            else
                _errors.Add(namePlace, $"The key `{Node.Shorten(name)}` stands here twice; keep one.");
        }

        return new ObjectNode(place, members.ToImmutable());
    }

    private ListNode ParseList(Place place)
    {
        var items = ImmutableArray.CreateBuilder<Node>();
        while (AdvanceInside() != JsonToken.EndArray)
            items.Add(ParseValue(Place.Append(place.Path, items.Count)));
        return new ListNode(place, items.ToImmutable());
    }

    private ScalarNode ParseString(Place place)
    {
        if (_reader.QuoteChar != '"')
            _errors.Add(place, "A text must stand in double quotes.");
        return new ScalarNode(place, _reader.Value);
    }

    private ScalarNode ParseNumber(Place place)
    {
        string written = Here();
        if (!IsJsonNumber(written))
            throw Error($"`{Node.Shorten(written)}` is not a JSON number");
        object value = _reader.Value!;
        if (value is double number && !double.IsFinite(number))
            throw Error($"`{Node.Shorten(written)}` is too large a number");
        return new ScalarNode(place, value is BigInteger or long or double ? value : Convert.ToInt64(value, CultureInfo.InvariantCulture));
    }

    /// <summary>-? (0 | [1-9] digits) fraction? exponent?</summary>
    private static bool IsJsonNumber(string text)
    {
        string digits = text.StartsWith('-') ? text[1..] : text;
        return digits.Length > 0
            && char.IsAsciiDigit(digits[0])
            && char.IsAsciiDigit(digits[^1])
            && !(digits.Length > 1 && digits[0] == '0' && char.IsAsciiLetterOrDigit(digits[1]) && digits[1] is not ('e' or 'E'))
            && !digits.Contains(".e", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>To the next token inside a container: the text must not end here.</summary>
    private JsonToken AdvanceInside()
    {
        if (!Advance())
            throw Error("The text ends in the middle of a value");
        return _reader.TokenType;
    }

    private bool Advance()
    {
        do
        {
            _before = End();
            if (!_reader.Read())
                return false;
        }
        while (_reader.TokenType == JsonToken.Comment);
        return true;
    }

    private int End() => _lines.Offset(_reader.LineNumber, _reader.LinePosition);

    private Place PlaceHere(string path) => _lines.PlaceAt(TokenStart(), path);

    /// <summary>The token as it stands in the text.</summary>
    private string Here()
    {
        int start = TokenStart();
        return _text[start..Math.Clamp(End(), start, _text.Length)].Trim();
    }

    /// <summary>The reader tells where a token ends; it starts at the first sign after the token before.</summary>
    private int TokenStart()
    {
        int at = _before;
        while (at < _text.Length && (char.IsWhiteSpace(_text[at]) || _text[at] is ',' or ':'))
            at++;
        return at;
    }

    private JsonReaderException Error(string message)
    {
        Place place = PlaceHere("$");
        return new JsonReaderException(message + ".", "", place.Line, place.Column - 1, null);
    }

    /// <summary>The reader's message without the position, which stands before it, and without what it quotes at length.</summary>
    private static string Reword(JsonReaderException exception)
    {
        if (exception.Message.Contains("MaxDepth", StringComparison.Ordinal))
            return $"The values are nested more than {DepthMax} deep.";
        int cut = exception.Message.IndexOf(" Path '", StringComparison.Ordinal);
        string message = cut < 0 ? exception.Message : exception.Message[..cut];
        return $"This is not JSON: {string.Join(' ', message.Split(' ').Select(Node.Shorten))}";
    }
}
