using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;
using Orchestrator.Experiments.Sweeps;

namespace Orchestrator.Experiments.Tests.Sweeps;

internal sealed class SchemaWriterTests
{
    [Test]
    public void The_schema_beside_the_samples_is_the_one_that_the_code_writes() =>
        Golden.Match(Samples.PathOf("sweep.schema.json"), SchemaWriter.Write());

    [TestCaseSource(typeof(Samples), nameof(Samples.Names))]
    public async Task Every_sample_fits_the_schema(string name)
    {
        ICollection<ValidationError> errors = await ErrorsOf(await File.ReadAllTextAsync(Samples.PathOf(name)));

        Assert.That(errors, Is.Empty);
    }

    [TestCase("""{ "base": {}, "seeds": 1 }""", TestName = "A name is required")]
    [TestCase("""{ "name": "x", "base": {} }""", TestName = "Seeds are required")]
    [TestCase("""{ "name": "x", "base": {}, "seeds": 0 }""", TestName = "At least one seed")]
    [TestCase("""{ "name": "x", "base": {}, "seeds": [1, 1] }""", TestName = "Seeds differ")]
    [TestCase("""{ "name": "x", "base": {}, "seeds": 1, "serach": {} }""", TestName = "No unknown key")]
    [TestCase("""{ "name": "x", "base": { "network": { "hiddensize": 3 } }, "seeds": 1 }""", TestName = "No unknown nested key")]
    [TestCase("""{ "name": "x", "base": { "network.hiddensize": 3 }, "seeds": 1 }""", TestName = "No unknown path")]
    [TestCase("""{ "name": "x", "base": { "network.hiddenSize": 0 }, "seeds": 1 }""", TestName = "Ranges of paths")]
    [TestCase("""{ "name": "x", "base": { "network": { "kind": "rmm" } }, "seeds": 1 }""", TestName = "Known choices")]
    [TestCase("""{ "name": "x", "base": { "data": { "kind": "text", "voices": 3 } }, "seeds": 1 }""", TestName = "Keys of the kind")]
    [TestCase("""{ "name": "x", "base": { "data": { "kind": "nowhere" } }, "seeds": 1 }""", TestName = "Known kinds")]
    [TestCase("""{ "name": "x", "base": { "pruning": { "sparsity": 1 } }, "seeds": 1 }""", TestName = "Ranges")]
    [TestCase("""{ "name": "x", "base": { "pruning": { "matrices": ["bias"] } }, "seeds": 1 }""", TestName = "Biases are not pruned")]
    [TestCase("""{ "name": "x", "base": { "pruning": { "overrides": [{}] } }, "seeds": 1 }""", TestName = "An override names a matrix")]
    [TestCase("""{ "name": "x", "base": {}, "variants": [{}], "seeds": 1 }""", TestName = "A variant has a name")]
    [TestCase("""{ "name": "x", "base": {}, "grid": { "network": { "hiddenSize": [1] } }, "seeds": 1 }""", TestName = "The grid has paths")]
    [TestCase("""{ "name": "x", "base": {}, "grid": { "network.hiddenSize": [] }, "seeds": 1 }""", TestName = "An axis has values")]
    [TestCase("""{ "name": "x", "base": {}, "report": { "confidence": 2 }, "seeds": 1 }""", TestName = "Confidence is a share")]
    [TestCase("""{ "name": "x", "base": {}, "objective": {}, "seeds": 1 }""", TestName = "An objective names a metric")]
    public async Task The_schema_refuses(string text)
    {
        ICollection<ValidationError> errors = await ErrorsOf(text);

        Assert.That(errors, Is.Not.Empty);
    }

    private static async Task<ICollection<ValidationError>> ErrorsOf(string text)
    {
        JsonSchema schema = await JsonSchema.FromJsonAsync(SchemaWriter.Write());
        using var reader = new JsonTextReader(new StringReader(text));
        return schema.Validate(JToken.ReadFrom(reader, new JsonLoadSettings { CommentHandling = CommentHandling.Ignore }));
    }
}
