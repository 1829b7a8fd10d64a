using CsCheck;
using Orchestrator.Actors.Coordination;
using static Orchestrator.Actors.Coordination.SweepProtocol;
using static Orchestrator.Actors.Tests.Coordination.Given;

namespace Orchestrator.Actors.Tests.Coordination;

/// <summary>The pure coordinator among workers that die, repeat themselves, come late, and among restarts of its own.</summary>
internal sealed class SweepSimulationTests
{
    private const int Slots = 4;

    private static readonly Gen<PlannedTrial[]> Plans =
        Gen.Select(Gen.Int[1, Slots], Gen.Int[0, 100], Gen.Int[0, 100]).Array[1, 12].Select(drafts => drafts.Select(
            (draft, index) => Trial(index, draft.Item1, [.. Sources(draft.Item2, draft.Item3, index)])).ToArray());

    private static readonly Gen<(int Kind, int Which, int How)[]> Happenings =
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000], Gen.Int[0, 1000]).Array[0, 120];

    [Test]
    public void Each_trial_ends_once_no_slot_runs_two_ranks_and_tokens_only_grow() =>
        Gen.Select(Plans, Happenings).Sample(
            (plan, happenings) =>
            {
                var world = new World(plan);
                foreach ((int kind, int which, int how) in happenings)
                    world.Happen(kind, which, how);
                world.FinishEverything();
            },
            iter: 2_000);

    private static IEnumerable<string> Sources(int first, int second, int index)
    {
        int[] drawn = index == 0 ? [] : [first % (2 * index), second % (3 * index)];
        return drawn.Where(source => source < index).Distinct().Select(source => $"t{source}");
    }

    private sealed class World
    {
        private readonly List<IStoredEvent> _journal = [];
        private readonly List<ICommand> _sent = [];
        private readonly Dictionary<string, (long Incarnation, RankEnded? Busy)> _workers = [];
        private readonly HashSet<int> _ended = [];
        private SweepState _state = SweepState.Empty;
        private long _incarnation;
        private long _newestToken;

        public World(PlannedTrial[] plan)
        {
            Send(new Recovered());
            Send(new Accept("plan", [.. plan]));
        }

        public void Happen(int kind, int which, int how)
        {
            switch (kind)
            {
                case 0 or 1:
                    Register(which % Slots);
                    break;
                case 2:
                    Kill(which % Slots);
                    break;
                case 3 or 4 or 5 or 6:
                    EndRank(which, EndOf(how));
                    break;
                case 7:
                    Repeat(_sent[which % _sent.Count]);
                    break;
                case 8:
                    Fault(which, how);
                    break;
                default:
                    if (how % 5 == 0)
                        Restart();
                    break;
            }
        }

        public void FinishEverything()
        {
            for (int slot = 0; slot < Slots; slot++)
                Register(slot);
            for (int step = 0; !_state.IsOver; step++)
            {
                Check(step < 1_000, "The sweep does not end.");
                Check(EndRank(0, RankEnd.Completed), "The sweep is not over, and nothing runs.");
            }

            Check(_ended.Count == _state.Trials.Length, "A trial has no end.");
            Check(Replay().Outcome == _state.Outcome, "The journal tells another story.");
        }

        private static RankEnd EndOf(int how) => (how % 8) switch
        {
            0 => RankEnd.Diverged,
            1 => RankEnd.Stopped,
            2 => RankEnd.Failed(FailureKind.Bug, "bug"),
            3 => RankEnd.Failed(FailureKind.PeerLoss, "ring"),
            4 => RankEnd.Failed(FailureKind.BadData, "data"),
            5 => RankEnd.Failed(FailureKind.OutOfMemory, "memory"),
            _ => RankEnd.Completed,
        };

        private void Register(int slot)
        {
            string name = $"w{slot}";
            if (_workers.ContainsKey(name))
                return;
            _workers[name] = (++_incarnation, null);
            Send(new RegisterWorker(name, _incarnation));
        }

        /// <summary>A registration comes again only while its worker lives: the coordinator watches whom it registers.</summary>
        private void Repeat(ICommand command)
        {
            bool isGhost = command is RegisterWorker register
                && _workers.GetValueOrDefault(register.Worker).Incarnation != register.Incarnation;
            if (!isGhost && command is not Recovered)
                Send(command);
        }

        private void Kill(int slot)
        {
            string name = $"w{slot}";
            if (_workers.Remove(name, out (long Incarnation, RankEnded? Busy) worker))
                Send(new WorkerLost(name, worker.Incarnation));
        }

        private bool EndRank(int which, RankEnd end)
        {
            string[] busy = [.. _workers.Where(worker => worker.Value.Busy is not null).Select(worker => worker.Key).Order()];
            if (busy.Length == 0)
                return false;
            string name = busy[which % busy.Length];
            RankEnded ended = _workers[name].Busy! with { End = end };
            _workers[name] = _workers[name] with { Busy = null };
            Send(ended);
            return true;
        }

        private void Fault(int which, int how)
        {
            string trial = $"t{which % _state.Trials.Length}";
            Send(new AttemptFaulted(trial, _newestToken - (how % 2), new Fault(FailureKind.MaskMismatch, "masks")));
        }

        /// <summary>The process dies with all its workers; another one reads the journal.</summary>
        private void Restart()
        {
            _workers.Clear();
            _state = Replay();
            Send(new Recovered());
        }

        private SweepState Replay() => State(_journal);

        private void Send(ICommand command)
        {
            _sent.Add(command);
            SweepState.Decision decision = _state.Decide(command);
            Check(decision.Reply.Key == command.Key, "An answer to another question.");
            foreach (IEvent @event in decision.Events)
            {
                if (@event is IStoredEvent stored)
                    _journal.Add(stored);
                _state = _state.Apply(@event);
                Witness(@event);
            }

            int running = _state.Running.Values.Sum(attempt => attempt.WorldSize - attempt.Ends.Count);
            Check(running <= _state.Workers.Count, "More ranks than slots.");
        }

        private void Witness(IEvent @event)
        {
            switch (@event)
            {
                case AttemptGranted granted:
                    Check(granted.Token > _newestToken, "A token was granted twice.");
                    Check(!_ended.Contains(granted.Trial), "An ended trial starts.");
                    Check(granted.Workers.Length == _state.Trials[granted.Trial].WorldSize, "Not the whole gang.");
                    _newestToken = granted.Token;
                    Occupy(granted);
                    break;
                case TrialEnded ended:
                    Check(_ended.Add(ended.Trial), "A trial ended twice.");
                    break;
                default:
                    break;
            }
        }

        private void Occupy(AttemptGranted granted)
        {
            for (int rank = 0; rank < granted.Workers.Length; rank++)
            {
                string name = granted.Workers[rank];
                Check(_workers.TryGetValue(name, out (long Incarnation, RankEnded? Busy) worker), "A dead worker was chosen.");
                Check(worker.Busy is null, "A busy worker was chosen.");
                string trial = _state.Trials[granted.Trial].Id;
                _workers[name] = worker with { Busy = new RankEnded(trial, granted.Token, rank, RankEnd.Completed) };
            }
        }

        private static void Check(bool holds, string otherwise)
        {
            if (!holds)
                throw new InvalidOperationException(otherwise);
        }
    }
}
