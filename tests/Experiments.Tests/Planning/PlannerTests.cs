using CsCheck;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Tests.Sweeps;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Experiments.Tests.Planning;

internal sealed class PlannerTests
{
    private static readonly string Quickstart = File.ReadAllText(Samples.PathOf("quickstart.json"));

    [Test]
    public void Cells_are_variants_times_grid_without_what_is_excluded()
    {
        Plan plan = Samples.Plan("large-vs-small.json");

        Assert.That(plan.Cells.Select(cell => cell.Index), Is.EqualTo(Enumerable.Range(0, 9)));
        Assert.That(plan.Cells.Select(cell => cell.Name), Does.Contain("large [learningRate=0.002]").And.Not.Contain("large [learningRate=0.006]"));
        Assert.That(plan.Cells.Select(cell => cell.Name), Is.Unique);
        Assert.That(plan.Cells[1].GridPoint.Single(), Is.EqualTo(KeyValuePair.Create("optimizer.learningRate", "0.006")));
        Assert.That(plan.Cells[1].Configuration.Optimizer.LearningRate, Is.EqualTo(0.006));
    }

    [Test]
    public void A_variant_may_have_its_own_seeds()
    {
        Plan plan = Samples.Plan("large-vs-small.json");

        ILookup<string, long> seeds = plan.Trials.ToLookup(trial => plan.Cells[trial.Cell].Variant, trial => trial.Seed);

        Assert.That(seeds["large"], Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(seeds["small"].Distinct(), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 5 }));
    }

    [Test]
    public void A_cell_is_compared_with_its_control_at_the_same_grid_point()
    {
        Plan plan = Samples.Plan("large-vs-small.json");

        Assert.That(plan.Cells.Single(cell => cell.Variant == "large").Control, Is.Null);
        foreach (Cell cell in plan.Cells.Where(cell => cell.Control is not null))
        {
            Assert.That(plan.Cells[cell.Control!.Value].Variant, Is.EqualTo("small"));
            Assert.That(plan.Cells[cell.Control.Value].GridPoint, Is.EqualTo(cell.GridPoint));
        }
    }

    [TestCaseSource(typeof(Samples), nameof(Samples.Names))]
    public void A_trial_comes_after_those_that_it_needs_and_has_their_seed(string name)
    {
        Plan plan = Samples.Plan(name);

        var before = new Dictionary<string, Trial>();
        foreach (Trial trial in plan.Trials)
        {
            foreach (string source in trial.DependsOn)
                Assert.That(before[source].Seed, Is.EqualTo(trial.Seed));
            before.Add(trial.Id, trial);
        }
    }

    [Test]
    public void Trials_go_seed_by_seed()
    {
        Plan plan = Samples.Plan("digits-ctc.json");

        Assert.That(plan.Trials.Select(trial => trial.Seed), Is.Ordered);
        Assert.That(plan.Trials.Take(8).Select(trial => trial.Cell), Is.EquivalentTo(Enumerable.Range(0, 8)));
    }

    [Test]
    public void Thresholds_come_from_the_dense_control_or_from_the_variant_that_is_named()
    {
        Plan plan = Samples.Plan("digits-ctc.json");

        Assert.That(SourceOf("gradual 90 %", trial => trial.QuantileSource), Is.EqualTo("dense"));
        Assert.That(SourceOf("large, pruned", trial => trial.QuantileSource), Is.EqualTo("large dense"));
        Assert.That(SourceOf("random 90 %", trial => trial.DensitySource), Is.EqualTo("gradual 90 %"));
        Assert.That(SourceOf("cubic 90 %", trial => trial.QuantileSource), Is.Null);

        string? SourceOf(string cell, Func<Trial, string?> source)
        {
            Trial trial = plan.Trials.First(trial => plan.Cells[trial.Cell].Name == cell);
            return source(trial) is { } id ? plan.Cells[plan.Trials.Single(other => other.Id == id).Cell].Name : null;
        }
    }

    [Test]
    public void A_matched_size_is_the_one_nearest_to_the_other_cells_nonzeros()
    {
        Plan plan = Samples.Plan("digits-ctc.json");
        Cell small = plan.Cells.Single(cell => cell.Name == "small dense");
        Cell target = plan.Cells[small.MatchedWith!.Value];

        long Off(int size) => Math.Abs(NetworkParameters.Count(small.Configuration.Network with { HiddenSize = size }, small.Shape) - target.PlannedNonzeros);

        int chosen = small.Configuration.Network.HiddenSize;
        Assert.That(target.Name, Is.EqualTo("gradual 90 %"));
        Assert.That(Off(chosen), Is.LessThanOrEqualTo(Math.Min(Off(chosen - 1), Off(chosen + 1))));
        Assert.That(small.PlannedNonzeros, Is.EqualTo(small.Parameters));
    }

    [Test]
    public void A_matched_sparsity_leaves_as_many_nonzeros_as_the_other_cell_has()
    {
        Plan plan = Samples.Plan("digits-ctc.json");
        Cell pruned = plan.Cells.Single(cell => cell.Name == "large, pruned");

        Assert.That(plan.Cells[pruned.MatchedWith!.Value].Name, Is.EqualTo("dense"));
        Assert.That(pruned.PlannedNonzeros, Is.EqualTo(plan.Cells[pruned.MatchedWith.Value].PlannedNonzeros).Within(4));
        Assert.That(
            PruningProgram.PlannedNonzeros(pruned.Configuration.Pruning, NetworkParameters.Of(pruned.Configuration.Network, pruned.Shape)),
            Is.EqualTo(pruned.PlannedNonzeros));
    }

    [TestCase("quickstart.json")]
    [TestCase("large-vs-small.json")]
    public void The_same_file_gives_the_same_plan_however_it_is_laid_out(string name)
    {
        string text = File.ReadAllText(Samples.PathOf(name))
            .Replace("\"grid\": {", "\"grid\": { \"network.layers\": [2, 1],", StringComparison.Ordinal);
        Plan expected = Parse(text);

        Gen.ULong.Sample(
            seed =>
            {
                Plan plan = Parse(Shuffle(JToken.Parse(text), new Shuffler(seed)).ToString(Formatting.None));
                return plan.Hash == expected.Hash && plan.Trials.SequenceEqual(expected.Trials);
            },
            iter: 30);
    }

    [Test]
    public void Nested_and_dotted_settings_mean_the_same()
    {
        string dotted = Quickstart.Replace("""{ "pruning.method": "one-shot" }""", """{ "pruning": { "method": "one-shot" } }""", StringComparison.Ordinal);

        Assert.That(dotted, Is.Not.EqualTo(Quickstart));
        Assert.That(Parse(dotted).Hash, Is.EqualTo(Parse(Quickstart).Hash));
    }

    [TestCase("\"learningRate\": 0.006", "\"learningRate\": 0.007")]
    [TestCase("\"seeds\": 6", "\"seeds\": 7")]
    [TestCase("\"equivalenceMargin\": 0.02", "\"equivalenceMargin\": 0.03")]
    [TestCase("\"name\": \"dense\" }", "\"name\": \"dense\", \"set\": { \"network.layers\": 2 } }")]
    public void Another_content_gives_another_hash(string before, string after)
    {
        string changed = Quickstart.Replace(before, after, StringComparison.Ordinal);

        Assert.That(changed, Is.Not.EqualTo(Quickstart));
        Assert.That(Parse(changed).Hash, Is.Not.EqualTo(Parse(Quickstart).Hash));
    }

    [Test]
    public void A_variants_name_is_no_part_of_the_work()
    {
        string renamed = Quickstart
            .Replace("\"dense\"", "\"control\"", StringComparison.Ordinal)
            .Replace("gradual 90 %", "slow 90 %", StringComparison.Ordinal);

        Plan plan = Parse(renamed);

        Assert.That(plan.Trials, Is.EqualTo(Parse(Quickstart).Trials));
        Assert.That(plan.Hash, Is.Not.EqualTo(Parse(Quickstart).Hash));
    }

    [Test]
    public void More_seeds_keep_the_trials_that_there_were()
    {
        Plan more = Parse(Quickstart.Replace("\"seeds\": 6", "\"seeds\": 9", StringComparison.Ordinal));

        Assert.That(more.Trials.Take(30), Is.EqualTo(Parse(Quickstart).Trials));
    }

    [Test]
    public void Another_kind_of_data_replaces_the_whole_of_the_data()
    {
        Plan plan = Parse("""
            {
              "name": "x",
              "base": { "data": { "kind": "synthetic-digits", "voices": 3 } },
              "variants": [{ "name": "real", "set": { "data": { "kind": "spoken-digit-sequences", "batchSize": 10 } } }],
              "seeds": 1
            }
            """);

        Assert.That(plan.Cells.Single().Configuration.Data, Is.EqualTo(new SpokenDigitSequencesOptions { BatchSize = 10 }));
    }

    [Test]
    public void A_grid_of_objects_sets_several_values_together()
    {
        Plan plan = Parse("""
            {
              "name": "x",
              "base": { "data": { "kind": "synthetic-digits" } },
              "grid": { "network": [{ "kind": "rnn", "hiddenSize": 8 }, { "kind": "gru", "hiddenSize": 5 }] },
              "seeds": 1
            }
            """);

        Assert.That(
            plan.Cells.Select(cell => (cell.Configuration.Network.Kind, cell.Configuration.Network.HiddenSize)),
            Is.EqualTo(new[] { (NetworkKind.Rnn, 8), (NetworkKind.Gru, 5) }));
    }

    private static Plan Parse(string text) => SweepLoader.Parse("test.json", text, DataRoot.None);

    /// <summary>Members of all objects in another order; lists stay as they are.</summary>
    private static JToken Shuffle(JToken token, Shuffler shuffler) => token switch
    {
        JObject json => new JObject(shuffler.Order(json.Properties()).Select(member => new JProperty(member.Name, Shuffle(member.Value, shuffler)))),
        JArray list => new JArray(list.Select(item => Shuffle(item, shuffler))),
        _ => token.DeepClone(),
    };

    private sealed class Shuffler(ulong seed)
    {
        private readonly Models.Randomness.SplitMix _stream = new(seed);

        public JProperty[] Order(IEnumerable<JProperty> members)
        {
            JProperty[] array = [.. members];
            _stream.Shuffle(array.AsSpan());
            return array;
        }
    }
}
