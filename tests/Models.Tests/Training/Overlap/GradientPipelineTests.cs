using System.Collections.Immutable;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Masks;
using Orchestrator.Models.Training;
using Orchestrator.Models.Training.Overlap;
using TorchSharp;

namespace Orchestrator.Models.Tests.Training.Overlap;

internal sealed class GradientPipelineTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly ExchangeOptions Options = new() { BucketBytes = 4096 };

    [Test]
    public void A_bucket_is_exchanged_while_the_backward_pass_still_runs()
    {
        using var exchanged = new CountdownEvent(2);
        using var exchange = new ThreadExchange { Before = (_, _) => exchanged.Signal() };
        using var rank = new Rank(exchange.Of(0), Options);
        rank.Pipeline.Begin(1, wantsStop: false, needsDense: true);

        rank.Pipeline.Tell(rank.Order[0]);

        Assert.That(exchanged.Wait(Patience), Is.True, "the loss and the first bucket");
        exchanged.Reset(1 << 20);
        rank.TellFrom(1);
        rank.AwaitAll();
    }

    [Test]
    public void Without_overlap_nothing_is_exchanged_before_it_is_waited_for()
    {
        using var exchange = new ThreadExchange();
        using var rank = new Rank(exchange.Of(0), Options with { Overlap = false });
        rank.Pipeline.Begin(1, wantsStop: false, needsDense: true);

        rank.TellFrom(0);

        Assert.That(exchange.Calls, Is.Empty);
        _ = rank.Pipeline.AwaitTotals();
        Assert.That(exchange.Calls, Has.Count.EqualTo(1), "loss and stop come first, by themselves");
        rank.AwaitAll();
        Assert.That(exchange.Calls.Skip(1).Sum(call => call.Bytes), Is.EqualTo(rank.Parameters.Count * sizeof(float)));
        Assert.That(exchange.Threads, Is.EqualTo(new[] { Environment.CurrentManagedThreadId }));
    }

    [Test]
    public void Operations_are_the_same_with_and_without_overlap([Values] bool needsDense)
    {
        using var with = new ThreadExchange();
        using var without = new ThreadExchange();
        using var one = new Rank(with.Of(0), Options, sparsity: 0.9);
        using var other = new Rank(without.Of(0), Options with { Overlap = false }, sparsity: 0.9);

        one.Step(needsDense);
        other.Step(needsDense);

        Assert.That(with.Calls, Is.EqualTo(without.Calls));
        Assert.That(with.Calls, Has.Count.GreaterThan(4));
    }

    [TestCase(0.9)]
    [TestCase(0.5)]
    public void Bytes_on_the_wire_are_those_of_the_survivors_and_of_what_is_not_pruned(double sparsity)
    {
        using var exchange = new ThreadExchange();
        using var rank = new Rank(exchange.Of(0), Options, sparsity, hidden: 96);
        long pruned = rank.Parameters.Infos.Where(info => info.Role is ParameterRole.Input or ParameterRole.Recurrent).Sum(info => info.Count);

        rank.Step(needsDense: false);

        double expected = (((1 - sparsity) * pruned) + (rank.Parameters.Count - pruned)) * sizeof(float);
        Assert.That(exchange.Calls.Skip(1).Sum(call => call.Bytes), Is.EqualTo(expected).Within(0.1).Percent);
    }

    [Test]
    public void Everything_travels_where_dense_gradients_are_needed_or_masks_are_not_asked_for([Values] bool needsDense)
    {
        using var exchange = new ThreadExchange();
        using var rank = new Rank(exchange.Of(0), Options with { Masked = needsDense }, sparsity: 0.9);

        rank.Step(needsDense);

        Assert.That(exchange.Calls.Skip(1).Sum(call => call.Bytes), Is.EqualTo(rank.Parameters.Count * sizeof(float)));
    }

    [Test]
    public void Gradients_of_masked_weights_are_zero_unless_they_are_needed([Values] bool masked, [Values] bool overlap, [Values] bool needsDense)
    {
        using var exchange = new ThreadExchange();
        using var rank = new Rank(exchange.Of(0), Options with { Masked = masked, Overlap = overlap }, sparsity: 0.7);
        float[] own = rank.Parameters.Gradients.Floats().ToArray();
        byte[] mask = rank.Masks.FlatMask.bytes.ToArray();

        double squares = rank.Step(needsDense);

        float[] expected = [.. own.Select((value, index) => needsDense || mask[index] == 1 ? value : 0)];
        Assert.That(rank.Parameters.Gradients.Floats().ToArray(), Is.EqualTo(expected));
        Assert.That(squares, Is.EqualTo(expected.Sum(value => (double)value * value)).Within(1e-9).Percent);
    }

    [Test]
    public void New_masks_are_followed_at_the_next_step()
    {
        using var exchange = new ThreadExchange();
        using var rank = new Rank(exchange.Of(0), Options, sparsity: 0.5);
        rank.Step(needsDense: false);
        int before = exchange.Calls.Count;
        int half = exchange.Calls.Skip(1).Sum(call => call.Bytes);
        using torch.Tensor none = torch.ones_like(rank.Masks.FlatMask);

        rank.Masks.Restore(none);
        rank.Step(needsDense: false);

        Assert.That(exchange.Calls.Skip(before + 1).Sum(call => call.Bytes), Is.EqualTo(rank.Parameters.Count * sizeof(float)));
        Assert.That(half, Is.LessThan(rank.Parameters.Count * sizeof(float)));
    }

    [Test]
    public void A_gradient_that_is_told_out_of_order_is_refused()
    {
        using var exchange = new ThreadExchange();
        using var rank = new Rank(exchange.Of(0), Options);
        rank.Pipeline.Begin(1, wantsStop: false, needsDense: true);

        Assert.That(() => rank.Pipeline.Tell(rank.Order[1]), Throws.InvalidOperationException);
    }

    [Test]
    public void A_backward_pass_that_fails_leaves_no_thread_behind()
    {
        int threads = 0;
        using var exchange = new ThreadExchange { Before = (_, _) => threads = Environment.CurrentManagedThreadId };
        var rank = new Rank(exchange.Of(0), Options);
        rank.Pipeline.Begin(1, wantsStop: false, needsDense: true);
        rank.Pipeline.Tell(rank.Order[0]);
        var ends = new Thread(rank.Dispose);

        ends.Start();

        Assert.That(ends.Join(Patience), Is.True);
        Assert.That(threads, Is.Not.EqualTo(Environment.CurrentManagedThreadId));
    }

    [Test]
    public void What_is_waited_for_behind_the_backward_pass_is_counted()
    {
        var time = new Clock();
        using var exchange = new ThreadExchange { Before = (_, _) => time.Seconds += 2 };
        using var rank = new Rank(exchange.Of(0), Options with { Overlap = false }, time: time);

        rank.Step(needsDense: true);

        Assert.That(rank.Pipeline.Waited, Is.EqualTo(TimeSpan.FromSeconds(2 * exchange.Calls.Count)));
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    /// <summary>A pipeline with a network's parameters, gradients drawn, and masks of a share of the matrices.</summary>
    private sealed class Rank : IDisposable
    {
        private readonly RecurrentNetwork _network;

        public Rank(IGradientExchange exchange, ExchangeOptions options, double sparsity = 0, int hidden = 20, TimeProvider? time = null)
        {
            var shape = new DataShape(30, 11, TaskKind.Ctc);
            var network = new NetworkOptions { HiddenSize = hidden, Layers = 2, Bidirectional = true };
            _network = new RecurrentNetwork(network, shape, seed: 2);
            PruningProgram program = PruningProgram.Create(
                new PruningOptions
                {
                    Method = sparsity > 0 ? PruningMethod.Random : PruningMethod.None,
                    Sparsity = sparsity,
                    StartEpoch = 0,
                    EndEpoch = 0,
                },
                NetworkParameters.Of(network, shape),
                PruningSources.None,
                stepsPerEpoch: 10,
                epochs: 10,
                totalSteps: 100,
                seed: 1);
            Masks = new MaskSet(program, Parameters.Infos, Parameters.Values);
            _ = Masks.UpdateAfter(0);
            var random = new Random(5);
            foreach (ref float value in Parameters.Gradients.Floats())
            {
                value = random.NextSingle() - 0.5f;
            }

            Pipeline = new GradientPipeline(exchange, options, Parameters, Order, Masks, time ?? TimeProvider.System);
        }

        public GradientPipeline Pipeline { get; }

        public MaskSet Masks { get; }

        public FlatParameters Parameters => _network.Parameters;

        public ImmutableArray<GradientRange> Order => _network.GradientOrder;

        public void TellFrom(int first)
        {
            foreach (GradientRange range in Order.Skip(first))
            {
                Pipeline.Tell(range);
            }
        }

        public double AwaitAll() => Enumerable.Range(0, Pipeline.UnitCount).Sum(Pipeline.AwaitUnit);

        public double Step(bool needsDense)
        {
            Pipeline.Begin(1, wantsStop: false, needsDense);
            TellFrom(0);
            return AwaitAll();
        }

        public void Dispose()
        {
            Pipeline.Dispose();
            Masks.Dispose();
            _network.Dispose();
        }
    }
}
