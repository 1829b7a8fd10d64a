using System.Collections.Immutable;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning.Masks;

namespace Orchestrator.Models.Training.Overlap;

/// <summary>
/// One rank's part in making its gradients those of all ranks. A step is a fixed sequence of operations, equal on all ranks:
/// <code>
///   loss and stop │ bucket 0 │ bucket 1 │ …     exchanged in this order, each as soon as its values are final
///   unit 0 │ unit 1 │ …                         summed up for the norm, each as soon as its last bucket is back
/// </code>
/// With overlap a thread of its own does that while the backward pass runs; without, the caller does, behind it. Operations,
/// their order and every bit of the result are the same.
/// </summary>
/// <remarks>
/// Buckets are what travels at once (<see cref="BucketPlan"/>); at steps without need for dense gradients they hold the
/// survivors alone, if <see cref="ExchangeOptions.Masked"/> says so, and else everything, after which what is masked is set
/// to zero. Units are the buckets of the dense plan: they never change, so that the norm and the optimizer's parts do not
/// depend on what travelled.
/// <para>
/// Masked and dense exchange give the same bits where each value's sum does not depend on its place in the bucket: with two
/// ranks always, with more if the exchange adds in the order of the ranks (<c>direct</c>). A ring adds in an order that
/// depends on the chunk a value falls into: there the two differ by rounding, each repeatable.
/// </para>
/// <para>Belongs to the training thread. The exchange is used by one thread at a time: by this object's from
/// <see cref="Begin"/> until the last unit was awaited, else by nobody here.</para>
/// </remarks>
internal sealed class GradientPipeline : IDisposable
{
    private const int LossPlace = 0;
    private const int StopPlace = 1;

    private readonly IGradientExchange _exchange;
    private readonly ExchangeOptions _options;
    private readonly ImmutableArray<GradientRange> _order;
    private readonly ImmutableArray<Bucket> _densePlan;
    private readonly FlatParameters _parameters;
    private readonly MaskSet _masks;
    private readonly TimeProvider _time;
    private readonly IExchangeLane _lane;
    private readonly double[] _totals = new double[2];
    private readonly double[] _squares;
    private readonly int[] _jobsBefore;
    private ImmutableArray<Bucket> _survivorPlan = [];
    private SurvivorMask? _survivors;
    private int _maskVersion = -1;
    private float[] _staging = [];

    // Of the step under way.
    private ImmutableArray<Bucket> _plan;
    private bool _zeroes;
    private int _told;
    private int _allowed;
    private long _final;
    private int _unitsDone;

    /// <param name="order">The whole gradient in the order in which the backward pass tells of it.</param>
    public GradientPipeline(
        IGradientExchange exchange,
        ExchangeOptions options,
        FlatParameters parameters,
        ImmutableArray<GradientRange> order,
        MaskSet masks,
        TimeProvider time)
    {
        _exchange = exchange;
        _options = options;
        _order = order;
        _parameters = parameters;
        _masks = masks;
        _time = time;
        _densePlan = BucketPlan.Of(order, options.BucketBytes, survivors: null);
        _squares = new double[_densePlan.Length];
        _jobsBefore = new int[_densePlan.Length];
        Reserve(_densePlan);
        _lane = options.Overlap
            ? new CommunicationThread($"gradient exchange of rank {exchange.Rank}", Run)
            : new InlineLane(Run);
    }

    /// <summary>Time that the training thread has spent waiting here, all steps together: the communication that is exposed.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Of <see cref="UnitsOf"/>.</summary>
    public int UnitCount => _densePlan.Length;

    /// <summary>The gradient in units, in the order in which they come back; a unit may lie in several places.</summary>
    public static ImmutableArray<ImmutableArray<GradientRange>> UnitsOf(ExchangeOptions options, ImmutableArray<GradientRange> order) =>
    [
        .. BucketPlan.Of(order, options.BucketBytes, survivors: null)
            .Select(bucket => bucket.Pieces.Select(piece => piece.Range).ToImmutableArray()),
    ];

    /// <summary>Begins a step's exchange with its loss, before the backward pass.</summary>
    /// <param name="needsDense">Whether the gradients of masked weights are asked for.</param>
    public void Begin(double loss, bool wantsStop, bool needsDense)
    {
        _lane.Begin();
        bool leavesOut = !needsDense && _masks.IsMasking;
        _plan = leavesOut && _options.Masked ? SurvivorPlan() : _densePlan;
        _zeroes = leavesOut && !_options.Masked;
        _totals[LossPlace] = loss;
        _totals[StopPlace] = wantsStop ? 1 : 0;
        _told = 0;
        _final = 0;
        _unitsDone = 0;
        PlaceUnits();
        _allowed = 1;
        _lane.Allow(_allowed);
    }

    /// <summary>To be told of each range as it becomes final.</summary>
    public void Tell(GradientRange range)
    {
        if (_told == _order.Length || range != _order[_told])
            throw new InvalidOperationException($"The gradient {range} became final out of order.");

        _told++;
        _final += range.Count;
        int allowed = _allowed;
        while (allowed <= _plan.Length && _plan[allowed - 1].End <= _final)
            allowed++;
        if (allowed == _allowed)
            return;
        _allowed = allowed;
        _lane.Allow(allowed);
    }

    /// <summary>Loss over all ranks, and whether any wants to stop.</summary>
    public (double Loss, bool Stop) AwaitTotals()
    {
        Await(1);
        return (_totals[LossPlace], _totals[StopPlace] > 0);
    }

    /// <summary>Waits until a unit is what all ranks have together. To be called for all units, in their order, behind the backward pass.</summary>
    /// <returns>Sum of its squares.</returns>
    public double AwaitUnit(int unit)
    {
        Await(_jobsBefore[unit]);
        return _squares[unit];
    }

    public void Dispose() => _lane.Dispose();

    private void Await(int jobs)
    {
        long start = _time.GetTimestamp();
        _lane.Await(jobs);
        Waited += _time.GetElapsedTime(start);
    }

    /// <summary>On the exchanging thread. Job 0 is the loss, each other a bucket.</summary>
    private void Run(int job)
    {
        if (job == 0)
        {
            _exchange.AllReduce(_totals.AsSpan());
            return;
        }

        Bucket bucket = _plan[job - 1];
        Span<float> flat = _parameters.Gradients.Floats();
        if (bucket.IsInPlace)
            _exchange.AllReduce(flat.Slice(bucket.Whole.Start, bucket.Whole.Count));
        else
            AllReduceApart(bucket, flat);
        for (; _unitsDone < _densePlan.Length && _densePlan[_unitsDone].End <= bucket.End; _unitsDone++)
            _squares[_unitsDone] = Settle(_densePlan[_unitsDone], flat);
    }

    /// <summary>Copies what travels into one place, and back.</summary>
    private void AllReduceApart(Bucket bucket, Span<float> flat)
    {
        int count = 0;
        foreach (BucketPiece piece in bucket.Pieces)
        {
            if (piece.IsMasked)
                _ = _survivors!.Pack(flat, piece.Range, _staging.AsSpan(count));
            else
                flat.Slice(piece.Range.Start, piece.Range.Count).CopyTo(_staging.AsSpan(count));
            count += piece.Survivors;
        }

        if (count > 0)
            _exchange.AllReduce(_staging.AsSpan(0, count));
        count = 0;
        foreach (BucketPiece piece in bucket.Pieces)
        {
            if (piece.IsMasked)
                _ = _survivors!.Unpack(_staging.AsSpan(count), piece.Range, flat);
            else
                _staging.AsSpan(count, piece.Survivors).CopyTo(flat[piece.Range.Start..]);
            count += piece.Survivors;
        }
    }

    private double Settle(Bucket unit, Span<float> flat)
    {
        double squares = 0;
        foreach (BucketPiece piece in unit.Pieces)
        {
            Span<float> values = flat.Slice(piece.Range.Start, piece.Range.Count);
            if (_zeroes)
                MaskKernel.Apply(values, _masks.FlatMask.bytes.Slice(piece.Range.Start, piece.Range.Count));
            squares += GradientNorm.SumOfSquares(values);
        }

        return squares;
    }

    /// <summary>The plan of the present masks.</summary>
    private ImmutableArray<Bucket> SurvivorPlan()
    {
        if (_maskVersion != _masks.Version)
        {
            _maskVersion = _masks.Version;
            _survivors = new SurvivorMask(_masks.FlatMask.bytes, _masks.MaskedRanges);
            _survivorPlan = BucketPlan.Of(_order, _options.BucketBytes, _survivors);
            Reserve(_survivorPlan);
        }

        return _survivorPlan;
    }

    /// <summary>How many jobs are done when a unit is.</summary>
    private void PlaceUnits()
    {
        int bucket = 0;
        for (int unit = 0; unit < _jobsBefore.Length; unit++)
        {
            while (_plan[bucket].End < _densePlan[unit].End)
                bucket++;
            _jobsBefore[unit] = bucket + 2;
        }
    }

    private void Reserve(ImmutableArray<Bucket> plan)
    {
        int count = plan.Where(bucket => !bucket.IsInPlace).Select(bucket => bucket.Count).DefaultIfEmpty(0).Max();
        if (_staging.Length < count + SurvivorPacking.Slack)
            _staging = GC.AllocateUninitializedArray<float>(count + SurvivorPacking.Slack, pinned: true);
    }
}
