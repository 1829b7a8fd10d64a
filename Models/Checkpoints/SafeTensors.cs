using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;

namespace Orchestrator.Models.Checkpoints;

/// <summary>
/// The safetensors format (https://github.com/huggingface/safetensors), which cannot carry code:
/// <code>
///   8 bytes   N, length of the header, little-endian
///   N bytes   JSON: { "__metadata__": {"key": "text", …},
///                     "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, … }
///   the rest  the arrays, row-major, little-endian, without gaps or overlaps; offsets count from here
/// </code>
/// The header is padded with blanks to a multiple of 8 bytes, and wide elements are written before narrow ones, so that
/// every array lies aligned for those who map the file. Reading allocates nothing that the file's own length does not justify.
/// </summary>
public static class SafeTensors
{
    /// <summary>Some 100,000 arrays fit. The reference implementation allows 100 MB; none of our files comes near either.</summary>
    public const int LargestHeaderBytes = 16 << 20;

    private const string MetadataKey = "__metadata__";

    /// <exception cref="SafeTensorsException">Two arrays have one name, or one does not have the length of its shape.</exception>
    public static void Write(Stream stream, SafeTensorsContent content)
    {
        SafeTensor[] ordered = [.. content.Tensors.OrderByDescending(tensor => Width(tensor.Type))];
        byte[] header = HeaderOf(content.Metadata, ordered);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (SafeTensor tensor in ordered)
        {
            stream.Write(tensor.Data.Span);
        }
    }

    /// <exception cref="SafeTensorsException">The file is malformed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafeTensorsContent Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream);
    }

    /// <exception cref="SafeTensorsException">The stream, read from here to its end, is malformed.</exception>
    public static SafeTensorsContent Read(Stream stream)
    {
        long available = stream.Length - stream.Position;
        if (available < 8)
        {
            throw new SafeTensorsException($"It ends after {available} bytes, within the length of its header.");
        }

        Span<byte> length = stackalloc byte[8];
        stream.ReadExactly(length);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerBytes > LargestHeaderBytes || (long)headerBytes > available - 8)
        {
            throw new SafeTensorsException(
                $"Its header claims {headerBytes} bytes; {available - 8} follow, and {LargestHeaderBytes} are allowed.");
        }

        var header = new byte[headerBytes];
        stream.ReadExactly(header);
        (ImmutableSortedDictionary<string, string> metadata, List<Entry> entries) = Parse(header);
        CheckPlaces(entries, available - 8 - (long)headerBytes);
        return new SafeTensorsContent(metadata, [.. entries.Select(entry => ReadData(stream, entry))]);
    }

    private static int Width(SafeTensorType type) => type switch
    {
        SafeTensorType.F32 => 4,
        SafeTensorType.F64 or SafeTensorType.I64 => 8,
        SafeTensorType.U8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type."),
    };

    private static byte[] HeaderOf(ImmutableSortedDictionary<string, string> metadata, SafeTensor[] tensors)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (!metadata.IsEmpty)
            {
                writer.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in metadata)
                {
                    writer.WriteString(key, value);
                }

                writer.WriteEndObject();
            }

            long offset = 0;
            var names = new HashSet<string>(StringComparer.Ordinal) { MetadataKey };
            foreach (SafeTensor tensor in tensors)
            {
                Check(tensor, names);
                WriteEntry(writer, tensor, offset);
                offset += tensor.Data.Length;
            }

            writer.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.Length <= LargestHeaderBytes
            ? buffer.ToArray()
            : throw new SafeTensorsException($"The header would take {buffer.Length} bytes; {LargestHeaderBytes} are allowed.");
    }

    private static void Check(SafeTensor tensor, HashSet<string> names)
    {
        if (!names.Add(tensor.Name))
        {
            throw new SafeTensorsException($"The name `{tensor.Name}` is taken.");
        }

        if (BytesOf(tensor.Name, tensor.Type, tensor.Shape) != tensor.Data.Length)
        {
            throw new SafeTensorsException($"`{tensor.Name}` has {tensor.Data.Length} bytes, which its shape does not give.");
        }
    }

    private static void WriteEntry(Utf8JsonWriter writer, SafeTensor tensor, long offset)
    {
        writer.WriteStartObject(tensor.Name);
        writer.WriteString("dtype", tensor.Type.ToString());
        writer.WriteStartArray("shape");
        foreach (long length in tensor.Shape)
        {
            writer.WriteNumberValue(length);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(offset);
        writer.WriteNumberValue(offset + tensor.Data.Length);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static (ImmutableSortedDictionary<string, string> Metadata, List<Entry> Entries) Parse(byte[] header)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 4 });
            var metadata = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);
            var entries = new List<Entry>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (JsonProperty property in Members(document.RootElement, "The header"))
            {
                if (!names.Add(property.Name))
                {
                    throw new SafeTensorsException($"The name `{property.Name}` comes twice.");
                }

                if (property.Name == MetadataKey)
                {
                    metadata = metadata.SetItems(Members(property.Value, MetadataKey)
                        .Select(member => KeyValuePair.Create(member.Name, Text(member.Value, member.Name))));
                }
                else
                {
                    entries.Add(EntryOf(property));
                }
            }

            return (metadata, [.. entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)]);
        }
        catch (JsonException exception)
        {
            throw new SafeTensorsException($"Its header is not JSON: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception)
        {
            // A string of the header holds an unpaired surrogate.
            throw new SafeTensorsException($"Its header is not Unicode: {exception.Message}", exception);
        }
    }

    private static Entry EntryOf(JsonProperty property)
    {
        SafeTensorType? type = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        foreach (JsonProperty member in Members(property.Value, property.Name))
        {
            switch (member.Name)
            {
                case "dtype" when type is null:
                    type = TypeOf(property.Name, Text(member.Value, property.Name));
                    break;
                case "shape" when shape is null:
                    shape = Numbers(member.Value, property.Name);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = Numbers(member.Value, property.Name);
                    break;
                default:
                    throw new SafeTensorsException($"`{property.Name}` has a member `{member.Name}` that is unknown or comes twice.");
            }
        }

        return type is { } known && shape is { } lengths && offsets is [long begin, long end]
            ? new Entry(property.Name, known, lengths, begin, end)
            : throw new SafeTensorsException($"`{property.Name}` needs dtype, shape and two data_offsets.");
    }

    private static SafeTensorType TypeOf(string name, string text) => text switch
    {
        "F32" => SafeTensorType.F32,
        "F64" => SafeTensorType.F64,
        "I64" => SafeTensorType.I64,
        "U8" => SafeTensorType.U8,
        _ => throw new SafeTensorsException($"`{name}` has the type `{text}`; F32, F64, I64 and U8 are read."),
    };

    private static JsonElement.ObjectEnumerator Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject()
            : throw new SafeTensorsException($"`{name}` is not an object.");

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.String
            ? element.GetString()!
            : throw new SafeTensorsException($"`{name}` is not a text.");

    private static ImmutableArray<long> Numbers(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new SafeTensorsException($"`{name}` has something else where a list of numbers belongs.");
        }

        return [.. element.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long number) && number >= 0
                ? number
                : throw new SafeTensorsException($"`{name}` has `{item}` where a number from 0 belongs."))];
    }

    /// <summary>The arrays fill the data from its first byte to its last, one behind the other.</summary>
    private static void CheckPlaces(List<Entry> entries, long dataBytes)
    {
        long expected = 0;
        foreach (Entry entry in entries)
        {
            if (entry.Begin != expected || entry.End < entry.Begin)
            {
                throw new SafeTensorsException(
                    $"`{entry.Name}` lies at {entry.Begin} to {entry.End}, where {expected} is the next free byte.");
            }

            if (entry.End - entry.Begin != BytesOf(entry.Name, entry.Type, entry.Shape))
            {
                throw new SafeTensorsException(
                    $"`{entry.Name}` has {entry.End - entry.Begin} bytes, which its shape does not give.");
            }

            expected = entry.End;
        }

        if (expected != dataBytes)
        {
            throw new SafeTensorsException($"Its header describes {expected} bytes; {dataBytes} are there.");
        }
    }

    private static long BytesOf(string name, SafeTensorType type, ImmutableArray<long> shape)
    {
        long bytes = Width(type);
        foreach (long length in shape)
        {
            if (length < 0 || (length > 0 && bytes > Array.MaxLength / length))
            {
                throw new SafeTensorsException($"`{name}` has more elements than this program reads.");
            }

            bytes *= length;
        }

        return bytes;
    }

    private static SafeTensor ReadData(Stream stream, Entry entry)
    {
        var data = new byte[entry.End - entry.Begin];
        stream.ReadExactly(data);
        return new SafeTensor(entry.Name, entry.Type, entry.Shape, data);
    }

    private sealed record Entry(string Name, SafeTensorType Type, ImmutableArray<long> Shape, long Begin, long End);
}
