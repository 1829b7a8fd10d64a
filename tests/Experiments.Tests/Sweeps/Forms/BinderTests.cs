using CsCheck;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Randomness;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Tests.Sweeps.Forms;

internal sealed class BinderTests
{
    [Test]
    public void Whatever_the_forms_allow_comes_back_as_it_was_written() =>
        Gen.ULong.Sample(seed =>
        {
            string written = Draw(FormOf.Record<TrialConfiguration>(), new SplitMix(seed)).ToString(Formatting.None);
            string canonical = CanonicalJson.Of(Bind(written)).ToString(Formatting.None);
            return CanonicalJson.Of(Bind(canonical)).ToString(Formatting.None) == canonical;
        });

    [Test]
    public void Values_reach_the_members_that_they_name()
    {
        TrialConfiguration configuration = Bind("""
            {
              "data": { "kind": "yes-no", "bands": 40 },
              "network": { "kind": "lstm", "bidirectional": true, "dropout": 0.25 },
              "training": { "maxSteps": 12 },
              "pruning": { "method": "one-shot", "criterion": "random", "matrices": ["output"], "quantile": null,
                           "overrides": [{ "matrix": "*", "gate": "cell", "prune": false }] }
            }
            """);

        Assert.That(configuration.Data, Is.EqualTo(new YesNoOptions { Bands = 40 }));
        Assert.That(configuration.Network, Is.EqualTo(new NetworkOptions { Kind = NetworkKind.Lstm, Bidirectional = true, Dropout = 0.25 }));
        Assert.That(configuration.Training, Is.EqualTo(new TrainingOptions { MaxSteps = 12 }));
        Assert.That(configuration.Pruning.Method, Is.EqualTo(PruningMethod.OneShot));
        Assert.That(configuration.Pruning.Criterion, Is.EqualTo(PruningCriterion.Random));
        Assert.That(configuration.Pruning.Matrices, Is.EqualTo(new[] { ParameterRole.Output }));
        Assert.That(configuration.Pruning.Overrides, Is.EqualTo(new[] { new PruningOverride { Matrix = "*", Gate = "cell", Prune = false } }));
    }

    [Test]
    public void Every_option_has_a_description()
    {
        foreach ((string path, Field field) in Paths.Of(FormOf.Record<TrialConfiguration>()))
            Assert.That(field.Description, Is.Not.Empty, path);
    }

    [Test]
    public void Every_default_is_allowed()
    {
        foreach (DataSetInfo info in DataSets.All.Where(info => info.Kind != "text"))
        {
            var defaults = new TrialConfiguration { Data = (DataOptions)Activator.CreateInstance(info.OptionsType)! };

            Assert.That(() => Bind(CanonicalJson.Of(defaults).ToString()), Throws.Nothing, info.Kind);
        }
    }

    [Test]
    public void A_configuration_is_a_table_of_paths()
    {
        var rows = ConfigurationRows.Of(new TrialConfiguration { Data = new SyntheticDigitsOptions() });

        Assert.That(rows, Does.Contain(KeyValuePair.Create("optimizer.schedule.kind", "\"constant\"")));
        Assert.That(rows, Does.Contain(KeyValuePair.Create("data.kind", "\"synthetic-digits\"")));
        Assert.That(rows.Select(row => row.Key), Is.Unique);
    }

    private static TrialConfiguration Bind(string text)
    {
        var errors = new ErrorSink("test");
        TrialConfiguration? configuration = new Binder(errors).Bind<TrialConfiguration>(JsonSyntax.Parse(text, errors)!);
        return configuration ?? throw new BadInputException(errors.Errors);
    }

    /// <summary>A value that the form allows; members are left out at times.</summary>
    private static JToken Draw(Form form, SplitMix stream) => form switch
    {
        Form.Record record => DrawRecord(record, stream),
        Form.Union union => DrawUnion(union, stream),
        Form.List list => new JArray(Enumerable.Range(0, stream.NextInt(3)).Select(_ => Draw(list.Item, stream))),
        Form.Choice choice => new JValue(choice.Members[stream.NextInt(choice.Members.Length)].Key),
        Form.Truth => new JValue(stream.NextInt(2) == 0),
        Form.Text => new JValue($"text {stream.NextInt(100)} \"ä\u2028"),
        Form.Whole whole => new JValue(whole.Min + (long)((whole.Max - whole.Min) * stream.NextDouble())),
        Form.Number number => new JValue(number.Min + ((number.Max - number.Min) * stream.NextDouble())),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Not a form of a configuration."),
    };

    private static JObject DrawRecord(Form.Record record, SplitMix stream) => new(record.Fields
        .Where(field => field.IsRequired || stream.NextInt(3) > 0)
        .Select(field => new JProperty(field.Name, Draw(field.Form, stream))));

    /// <summary>Of the kind whose members may be combined freely.</summary>
    private static JObject DrawUnion(Form.Union union, SplitMix stream)
    {
        JObject json = DrawRecord(union.Find("spoken-digits")!, stream);
        json.Add(Form.Union.Discriminator, "spoken-digits");
        return json;
    }
}
