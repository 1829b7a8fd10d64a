namespace Orchestrator.Experiments.Tests.Sweeps;

/// <summary>Sweep files with something wrong in each. What is said of them is in <c>Golden/sweeps/broken.txt</c>.</summary>
internal static class BrokenSweeps
{
    /// <summary>Tiny and right: the cases change a part of it.</summary>
    private const string Data = """ "data": { "kind": "synthetic-digits", "trainCount": 320, "batchSize": 32 } """;

    private const string Good = "{ " + Data + """, "network": { "hiddenSize": 8 }, "training": { "epochs": 4 }, "pruning": { "interval": 2 } }""";

    public static IEnumerable<(string Name, string Text)> All =>
    [
        // Syntax
        ("empty file", ""),
        ("blanks only", " \n\t"),
        ("not an object", "[1, 2]"),
        ("a bare number", "42"),
        ("cut off in an object", """{ "name": "x", "base": {"""),
        ("cut off in a text", """{ "name": "x"""),
        ("cut off in a comment", """{ "name": "x", /* and so"""),
        ("missing colon", """{ "name" "x" }"""),
        ("missing comma", "{\n  \"name\": \"x\"\n  \"seeds\": 1\n}"),
        ("two commas", """{ "name": "x",, "seeds": 1 }"""),
        ("two values", """{} {}"""),
        ("single quotes", """{ 'name': 'x', "seeds": 1 }"""),
        ("bare key", """{ name: "x", "seeds": 1 }"""),
        ("bare word", """{ "name": x }"""),
        ("key twice", "{\n  \"name\": \"x\",\n  \"name\": \"y\",\n  \"seeds\": 1, \"base\": " + Good + "}"),
        ("not a number", With("""{ "optimizer.learningRate": NaN }""")),
        ("infinity", With("""{ "optimizer.learningRate": -Infinity }""")),
        ("number too large", With("""{ "optimizer.learningRate": 1e999 }""")),
        ("octal number", With("""{ "training.epochs": 010 }""")),
        ("hexadecimal number", With("""{ "training.epochs": 0x10 }""")),
        ("undefined", With("""{ "training.epochs": undefined }""")),
        ("constructor", With("""{ "training.epochs": new Date(1) }""")),
        ("too deep", With($$"""{ "network": {{new string('[', 200)}}{{new string(']', 200)}} }""")),
        ("too many members", $$"""{ {{string.Join(", ", Enumerable.Range(0, 1_001).Select(at => $"\"k{at}\": 0"))}} }"""),
        ("integer of 400 digits", With($$"""{ "training.epochs": {{new string('9', 400)}} }""")),

        // The file's own keys
        ("nothing in it", "{}"),
        ("unknown key", $$"""{ "name": "x", "base": {{Good}}, "seeds": 1, "varaints": [] }"""),
        ("search comes later", $$"""{ "name": "x", "base": {{Good}}, "seeds": 1, "search": {} }"""),
        ("name is a path", $$"""{ "name": "../x", "base": {{Good}}, "seeds": 1 }"""),
        ("name is empty", $$"""{ "name": "", "base": {{Good}}, "seeds": 1 }"""),
        ("name is no text", $$"""{ "name": 7, "base": {{Good}}, "seeds": 1 }"""),
        ("base is a list", """{ "name": "x", "base": [], "seeds": 1 }"""),
        ("base without data", """{ "name": "x", "base": {}, "seeds": 1 }"""),
        ("no seeds", Seeds("[]")),
        ("zero seeds", Seeds("0")),
        ("seeds twice", Seeds("[1, 2, 1]")),
        ("negative seed", Seeds("[-1]")),
        ("seeds in words", Seeds("\"six\"")),
        ("half a seed", Seeds("1.5")),
        ("null for seeds", Seeds("null")),

        // Values of the configuration
        ("misspelt key", With("""{ "network": { "hiddensize": 8 } }""")),
        ("misspelt path", With("""{ "network.hidenSize": 8 }""")),
        ("key in the wrong part", With("""{ "network": { "epochs": 3 } }""")),
        ("unknown part", With("""{ "netwrok": { "hiddenSize": 8 } }""")),
        ("out of range", With("""{ "pruning": { "sparsity": 1.5 } }""")),
        ("text for a number", With("""{ "network.hiddenSize": "8" }""")),
        ("fraction for a whole number", With("""{ "network.hiddenSize": 8.5 }""")),
        ("large whole number", With("""{ "network.hiddenSize": 99999999999999999999 }""")),
        ("number for a truth", With("""{ "network.bidirectional": 1 }""")),
        ("null for a number", With("""{ "network.hiddenSize": null }""")),
        ("object for a number", With("""{ "network.hiddenSize": {} }""")),
        ("number for an object", With("""{ "network": 8 }""")),
        ("unknown choice", With("""{ "network.kind": "gro" }""")),
        ("choice in the wrong case", With("""{ "network.kind": "GRU" }""")),
        ("unknown data", With("""{ "data.kind": "synthetic-digit" }""")),
        ("data without kind", """{ "name": "x", "base": { "data": { "batchSize": 4 } }, "seeds": 1 }"""),
        ("kind is a number", With("""{ "data": { "kind": 3 } }""")),
        ("key of another kind", With("""{ "data.sequenceLength": 64 }""")),
        ("two members that do not fit", With("""{ "data": { "digitsMin": 5, "digitsMax": 3 } }""")),
        ("text with two sources", With("""{ "data": { "kind": "text", "set": "tiny-shakespeare", "path": "a.txt" } }""")),
        ("text that is missing", With("""{ "data": { "kind": "text", "path": "nowhere.txt" } }""")),
        ("text outside its folder", With("""{ "data": { "kind": "text", "path": "../../etc/passwd" } }""")),
        ("batch larger than the data", With("""{ "data.trainCount": 8 }""")),
        ("empty path", With("""{ "": 3 }""")),
        ("path with a hole", With("""{ "network..hiddenSize": 3 }""")),
        ("path that goes on after a value", With("""{ "network.hiddenSize.x": 3 }""")),
        ("biases pruned", With("""{ "pruning.matrices": ["recurrent", "bias"] }""")),
        ("an override without a matrix", With("""{ "pruning.overrides": [{ "sparsity": 0.5 }] }""")),
        ("nested and dotted", With("""{ "network": { "hiddenSize": 8 }, "network.hiddenSize": 9 }""")),
        ("everything at once", """
            {
              "name": "a b",
              "base": {
                "data": { "kind": "synthetic-digits", "trainCount": 0, "noize": 1 },
                "network": { "kind": "lstmm", "layers": 99 },
                "optimizer.learningRate": "fast"
              },
              "variants": [
                { "name": "dense", "control": "dense" },
                { "name": "dense", "set": { "training.epoch": 3 } },
                { "nam": "gradual" }
              ],
              "seeds": 0,
              "report": { "confidence": 95 }
            }
            """),

        // What must fit each other
        ("batch not divisible", With("""{ "training.worldSize": 3 }""")),
        ("batch normalization on two ranks", With("""{ "training.worldSize": 2, "network": { "layers": 2, "normalization": "batch" } }""")),
        ("gang larger than the machine", With("""{ "training.worldSize": 32 }""")),
        ("nesterov without momentum", With("""{ "optimizer": { "kind": "sgd", "nesterov": true } }""")),
        ("unknown metric", Rest(""" "objective": { "metric": "validation/cer" } """)),
        ("metric of another task", Rest(""" "objective": { "metric": "validation/bits-per-character" } """)),
        ("wrong direction", Rest(""" "objective": { "metric": "validation/loss", "direction": "maximize" } """)),
        ("margin below zero", Rest(""" "report": { "equivalenceMargin": -1 } """)),
        ("different tasks", Variants("""{ "name": "a" }, { "name": "b", "set": { "data": { "kind": "spoken-digits" } } }""")),

        // Variants, controls, grid
        ("no variants", Variants("")),
        ("a variant that is no object", Variants("3")),
        ("name twice", Variants("""{ "name": "a" }, { "name": "a", "set": { "network.layers": 2 } }""")),
        ("same configuration twice", Variants("""{ "name": "a" }, { "name": "b", "set": { "network.hiddenSize": 8 } }""")),
        ("name with brackets", Variants("""{ "name": "a [1]" }""")),
        ("unknown control", Variants("""{ "name": "dense" }, { "name": "b", "set": { "network.layers": 2 }, "control": "dens" }""")),
        ("its own control", Variants("""{ "name": "a", "control": "a" }""")),
        ("controls in a circle", Variants("""{ "name": "a", "control": "b" }, { "name": "b", "set": { "network.layers": 2 }, "control": "a" }""")),
        ("control is a number", Variants("""{ "name": "a", "control": 1 }""")),
        ("unknown default control", Rest(""" "controls": "dense", "variants": [{ "name": "a" }, { "name": "b", "set": { "network.layers": 2 } }] """)),
        ("controls of unknown variants", Rest(""" "controls": { "c": "a" }, "variants": [{ "name": "a" }, { "name": "b", "set": { "network.layers": 2 } }] """)),
        ("control from two sources", Rest(""" "controls": { "b": "a" }, "variants": [{ "name": "a" }, { "name": "b", "set": { "network.layers": 2 }, "control": "a" }] """)),
        ("no common seed", Variants("""{ "name": "a", "seeds": [7] }, { "name": "b", "set": { "network.layers": 2 }, "control": "a" }""")),
        ("empty grid", Rest(""" "grid": {} """)),
        ("axis without values", Rest(""" "grid": { "network.hiddenSize": [] } """)),
        ("axis with one value twice", Rest(""" "grid": { "network.hiddenSize": [8, 16, 8] } """)),
        ("axis that is a value", Rest(""" "grid": { "network.hiddenSize": 8 } """)),
        ("unknown axis", Rest(""" "grid": { "network.hiddenSizes": [8, 16] } """)),
        ("axis out of range", Rest(""" "grid": { "network.hiddenSize": [8, 0] } """)),
        ("axis and variant", Rest(""" "grid": { "network.hiddenSize": [8, 16] }, "variants": [{ "name": "a", "set": { "network": { "hiddenSize": 9 } } }] """)),
        ("axes that overlap", Rest(""" "grid": { "network": [{ "layers": 1 }, { "layers": 2 }], "network.hiddenSize": [8, 16] } """)),
        ("grid too large", Rest($$""" "grid": { "data.seed": [{{Numbers(150)}}], "pruning.interval": [{{Numbers(150, from: 1)}}] } """)),
        ("everything excluded", Rest(""" "exclude": [{ "variant": "base" }] """)),
        ("unknown variant excluded", Rest(""" "variants": [{ "name": "dense" }], "exclude": [{ "variant": "dnse" }] """)),
        ("unknown axis excluded", Rest(""" "grid": { "network.layers": [1, 2] }, "exclude": [{ "network.layer": 1 }] """)),
        ("unknown value excluded", Rest(""" "grid": { "network.layers": [1, 2] }, "exclude": [{ "network.layers": 3 }] """)),
        ("control excluded", Rest(""" "grid": { "network.layers": [1, 2] }, "controls": "a", "variants": [{ "name": "a" }, { "name": "b", "set": { "network.hiddenSize": 9 } }], "exclude": [{ "variant": "a", "network.layers": 2 }] """)),

        // Pruning and what it takes from others
        ("pruning after the end", With("""{ "pruning": { "method": "gradual-cubic", "endEpoch": 9 } }""")),
        ("pruning ends before it begins", With("""{ "pruning": { "method": "gradual-cubic", "startEpoch": 3, "endEpoch": 2 } }""")),
        ("interval longer than the pruning", With("""{ "pruning": { "method": "gradual-cubic", "interval": 100 } }""")),
        ("override that matches nothing", With("""{ "pruning": { "method": "gradual-cubic", "overrides": [{ "matrix": "layer7.*" }] } }""")),
        ("unknown gate", With("""{ "pruning": { "method": "gradual-cubic", "overrides": [{ "matrix": "*.recurrent", "gate": "forget" }] } }""")),
        ("no source of q", With("""{ "pruning": { "method": "gradual-threshold" } }""")),
        ("q from two sources", Variants("""{ "name": "a" }, { "name": "b", "set": { "pruning": { "method": "gradual-threshold", "quantile": 0.1, "quantileFrom": "a" } } }""")),
        ("q from an unknown variant", Variants("""{ "name": "dense" }, { "name": "b", "set": { "pruning": { "method": "gradual-threshold", "quantileFrom": "dnese" } } }""")),
        ("q from itself", Variants("""{ "name": "b", "set": { "pruning": { "method": "gradual-threshold", "quantileFrom": "b" } } }""")),
        ("q from a pruned network", Variants("""{ "name": "a", "set": { "pruning.method": "one-shot" } }, { "name": "b", "set": { "pruning": { "method": "gradual-threshold" } }, "control": "a" }""")),
        ("q from another shape", Variants("""{ "name": "a" }, { "name": "b", "set": { "network.hiddenSize": 9, "pruning": { "method": "gradual-threshold" } }, "control": "a" }""")),
        ("q of seeds that do not run", Variants("""{ "name": "a", "seeds": 1 }, { "name": "b", "set": { "pruning": { "method": "gradual-threshold" } }, "control": "a" }""")),
        ("densities of a dense network", Variants("""{ "name": "a" }, { "name": "b", "set": { "pruning": { "method": "random", "densitiesFrom": "a" } } }""")),
        ("densities in a circle", Variants("""{ "name": "a", "set": { "pruning": { "method": "random", "densitiesFrom": "b" } } }, { "name": "b", "set": { "pruning": { "method": "one-shot", "densitiesFrom": "a" } } }""")),
        ("match with an unknown variant", Variants("""{ "name": "dense" }, { "name": "b", "set": { "network.hiddenSize": { "matchNonzerosOf": "dence" } } }""")),
        ("match with itself", Variants("""{ "name": "b", "set": { "network.hiddenSize": { "matchNonzerosOf": "b" } } }""")),
        ("match in a circle", Variants("""{ "name": "a", "set": { "network.hiddenSize": { "matchNonzerosOf": "b" } } }, { "name": "b", "set": { "network.hiddenSize": { "matchNonzerosOf": "a" } } }""")),
        ("match out of reach", Variants("""{ "name": "big", "set": { "network.hiddenSize": 512 } }, { "name": "b", "set": { "pruning": { "method": "one-shot", "matchNonzerosOf": "big" } } }""")),
        ("match without pruning", Variants("""{ "name": "a" }, { "name": "b", "set": { "network.hiddenSize": 16, "pruning": { "matchNonzerosOf": "a" } } }""")),
        ("match beside a sparsity", Variants("""{ "name": "a" }, { "name": "b", "set": { "network.hiddenSize": 16, "pruning": { "method": "one-shot", "sparsity": 0.5, "matchNonzerosOf": "a" } } }""")),
        ("two matches", Variants("""{ "name": "a" }, { "name": "b", "set": { "network.hiddenSize": { "matchNonzerosOf": "a" }, "pruning": { "method": "one-shot", "matchNonzerosOf": "a" } } }""")),
        ("match of something else", Variants("""{ "name": "a" }, { "name": "b", "set": { "network.layers": { "matchNonzerosOf": "a" } } }""")),
        ("match with more than a name", Variants("""{ "name": "a" }, { "name": "b", "set": { "network.hiddenSize": { "matchNonzerosOf": "a", "within": 3 } } }""")),
        ("match with a number", Variants("""{ "name": "a" }, { "name": "b", "set": { "network.hiddenSize": { "matchNonzerosOf": 3 } } }""")),
    ];

    /// <summary>A base with these settings laid over the good one.</summary>
    private static string With(string settings) =>
        $$"""
        {
          "name": "x",
          "base": {{Good}},
          "variants": [
            { "name": "v", "set": {{settings}} }
          ],
          "seeds": 2
        }
        """;

    private static string Variants(string variants) => Rest($""" "variants": [{variants}] """);

    private static string Seeds(string seeds) => $$"""{ "name": "x", "base": {{Good}}, "seeds": {{seeds}} }""";

    private static string Rest(string members) => $$"""{ "name": "x", "base": {{Good}}, "seeds": 2, {{members}} }""";

    private static string Numbers(int count, int from = 0) => string.Join(", ", Enumerable.Range(from, count));
}
