using System.Diagnostics.CodeAnalysis;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Serialization;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Training;
using Proto = Orchestrator.Actors.Serialization.Proto;
using Said = Orchestrator.Actors.Serialization.Proto.ToRank.SaidOneofCase;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>
/// The rank's side: trains what it is assigned on the thread that calls <see cref="Run"/>, tells the worker all of it and ends.
/// If the worker is gone, the process goes at once: nothing may be written for an attempt that nobody watches over.
/// </summary>
internal sealed class RankChild : IDisposable
{
    [SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "A thread reads from it until the process ends.")]
    private readonly Stream _fromWorker;

    private readonly RankPipe _toWorker;
    private readonly Action _leave;
    private readonly JoinGang _join;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();

    /// <param name="leave">Ends the process, whatever its threads are doing; called on a thread of its own.</param>
    public RankChild(Stream fromWorker, Stream toWorker, JoinGang join, TimeProvider time, Action leave)
    {
        _fromWorker = fromWorker;
        _toWorker = new RankPipe(toWorker);
        _join = join;
        _time = time;
        _leave = leave;
    }

    /// <summary>The way of a rank into its gang.</summary>
    /// <returns>To be disposed of, if it can be, when the rank has ended.</returns>
    internal delegate IGradientExchange JoinGang(
        RankProcessAssignment assignment, CommunicatorOptions options, IRendezvous rendezvous, CancellationToken abort);

    /// <summary>Returns when the rank has ended and its worker has been told how, or when there was nothing to do.</summary>
    public void Run()
    {
        if (!RankFrames.TryRead(_fromWorker, Proto.ToRank.Parser, out Proto.ToRank? first))
            return;
        var assignment = RankProcessAssignment.Read(WireValues.Required(first.Assign));
        using var rendezvous = new ControlPlaneRendezvous(assignment.Rank, _toWorker);
        new Thread(() => Listen(rendezvous)) { IsBackground = true, Name = "worker" }.Start();
        _toWorker.Send(Train(assignment, rendezvous));
    }

    public void Dispose()
    {
        _stop.Dispose();
        _abort.Dispose();
    }

    private Proto.FromRank Train(RankProcessAssignment assignment, ControlPlaneRendezvous rendezvous)
    {
        IGradientExchange? exchange = null;
        try
        {
            using RunStore store = RunStore.OpenForReading(assignment.RunDirectory);
            var training = new TrialTraining(store, assignment.Data, assignment.Transport, _time);
            var observer = new RankProcessObserver(assignment.Rank.Rank, assignment.StepInterval, _time, _toWorker);
            return RankOutcomes.Write(training.Run(
                assignment.Rank, options => exchange = _join(assignment, options, rendezvous, _abort.Token), observer, _stop.Token));
        }
        catch (Exception exception)
        {
            (exchange as Communicator)?.Abort(exception.Message); // so that the others know why, too
            return RankOutcomes.Write(Fault.From(exception));
        }
        finally
        {
            (exchange as IDisposable)?.Dispose();
        }
    }

    /// <summary>What is no message ends the process with a stack on standard error: only a bug can have sent it.</summary>
    private void Listen(ControlPlaneRendezvous rendezvous)
    {
        while (RankFrames.TryRead(_fromWorker, Proto.ToRank.Parser, out Proto.ToRank? message))
        {
            switch (message.SaidCase)
            {
                case Said.Stop:
                    _stop.Cancel();
                    break;
                case Said.Abort:
                    _stop.Cancel();
                    _abort.Cancel();
                    break;
                case Said.Addresses:
                    rendezvous.Tell(message.Addresses);
                    break;
                default:
                    throw new InvalidDataException($"`{message.SaidCase}` is not for a rank that trains.");
            }
        }

        _leave();
    }
}
