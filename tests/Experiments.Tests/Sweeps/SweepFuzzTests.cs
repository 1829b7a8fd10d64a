using System.Text.RegularExpressions;
using CsCheck;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Tests.Sweeps;

/// <summary>Whatever a file holds: it is planned, or refused as bad input.</summary>
internal sealed partial class SweepFuzzTests
{
    private static readonly string[] Texts = [.. Samples.Names.Select(name => File.ReadAllText(Samples.PathOf(name)))];

    private static readonly string[] Strangers =
    [
        "null", "true", "0", "-1", "1", "2.5", "1e308", "-1e-308", "16384", "99999999999999999999", "2147483648", "9223372036854775807",
        "\"\"", "\"dense\"", "\"\\u0000\"", "\"\\ud800\"", "\"a.b.c\"", "\"text\"", "\"none\"", "\"random\"", "[]", "{}", "[{}]", "[[1]]",
        "{ \"matchNonzerosOf\": \"dense\" }", "{ \"matchNonzerosOf\": 1 }", "\"network.hiddenSize\"", "\"pruning\"", "\"seeds\"", "//", "/*", "'", "\\",
    ];

    /// <summary>Samples with one to four tokens removed, replaced, doubled or damaged.</summary>
    private static readonly Gen<string> Changed = Gen.Select(
        Gen.Int[0, Texts.Length - 1],
        Gen.Select(Gen.Double[0, 1], Gen.Int[0, 4], Gen.Int[0, Strangers.Length - 1]).Array[1, 4],
        (sample, changes) => changes.Aggregate(Texts[sample], (text, change) => Change(text, change.Item1, change.Item2, change.Item3)));

    [Test]
    public void A_sample_with_tokens_changed_is_planned_or_refused()
    {
        Changed.Sample(
            text =>
            {
                _ = IsPlanned(text);
                return true;
            },
            iter: 2_000);
    }

    [Test]
    public async Task What_is_planned_fits_the_schema()
    {
        JsonSchema schema = await JsonSchema.FromJsonAsync(SchemaWriter.Write());

        Changed.Sample(text => !IsPlanned(text) || schema.Validate(JToken.Parse(text)).Count == 0, iter: 500);
    }

    [Test]
    public void A_sample_that_is_cut_off_is_refused() =>
        Gen.Select(Gen.Int[0, Texts.Length - 1], Gen.Double[0, 0.98])
            .Sample(cut => !IsPlanned(Texts[cut.Item1][..(int)(Texts[cut.Item1].Length * cut.Item2)]), iter: 500);

    [Test]
    public void Any_text_is_refused() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["{}[]\",:/*\\ \n\r\t0123456789eE+-.aflnrstu\ufeff"], 0, 40])
            .Sample(text => !IsPlanned(text), iter: 5_000);

    [Test]
    public void Any_bytes_are_refused()
    {
        string path = Path.GetTempFileName();
        try
        {
            Gen.Byte.Array[0, 200].Sample(
                bytes =>
                {
                    File.WriteAllBytes(path, bytes);
                    return SweepLoader.Validate(path, DataRoot.None).Count > 0;
                },
                iter: 300,
                threads: 1);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Anything else than a plan or a refusal with reasons fails the test that asks.</summary>
    private static bool IsPlanned(string text)
    {
        try
        {
            return SweepLoader.Parse("fuzz.json", text, DataRoot.None, slots: 2).Cells.Length > 0;
        }
        catch (BadInputException refused) when (refused.Errors.Count > 0)
        {
            return false;
        }
    }

    private static string Change(string text, double where, int how, int what)
    {
        MatchCollection tokens = Token().Matches(text);
        if (tokens.Count == 0)
            return text;
        Match token = tokens[(int)(where * (tokens.Count - 1))];
        Match other = tokens[what * 31 % tokens.Count];
        string replacement = how switch
        {
            0 => "",
            1 => Strangers[what],
            2 => other.Value,
            3 => token.Value + token.Value,
            _ => token.Value.Length > 2 ? token.Value.Remove(token.Value.Length / 2, 1) : Strangers[what],
        };
        return text[..token.Index] + replacement + text[(token.Index + token.Length)..];
    }

    /// <summary>Texts, numbers, words and signs of JSON.</summary>
    [GeneratedRegex("\"[^\"\\n]*\"|[-+.0-9eE]+|[a-z]+|[{}\\[\\]:,]")]
    private static partial Regex Token();
}
