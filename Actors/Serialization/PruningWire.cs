using Orchestrator.Models.Pruning;
using static Orchestrator.Actors.Pruning.PruningProtocol;

namespace Orchestrator.Actors.Serialization;

/// <summary>The forms of <see cref="Pruning.PruningProtocol"/>.</summary>
internal static class PruningWire
{
    public static IEnumerable<WireForm> Forms =>
    [
        WireForm.Of<GetProgram, Proto.GetProgram>(
            "pruning.get-program.1",
            Proto.GetProgram.Parser,
            get => new Proto.GetProgram { Trial = get.Trial, Token = get.Token, Rank = get.Rank },
            proto => new GetProgram(proto.Trial, proto.Token, proto.Rank)),
        WireForm.Of<ProgramReady, Proto.ProgramReady>(
            "pruning.program-ready.1",
            Proto.ProgramReady.Parser,
            ready => new Proto.ProgramReady { Trial = ready.Trial, Token = ready.Token, Program = Write(ready.Program) },
            proto => new ProgramReady(proto.Trial, proto.Token, Read(WireValues.Required(proto.Program)))),
        WireForm.Of<ProgramFailed, Proto.ProgramFailed>(
            "pruning.program-failed.1",
            Proto.ProgramFailed.Parser,
            failed => new Proto.ProgramFailed
            {
                Trial = failed.Trial,
                Token = failed.Token,
                Failure = SweepWire.Write(failed.Failure),
            },
            proto => new ProgramFailed(proto.Trial, proto.Token, WireValues.Required(SweepWire.Read(proto.Failure)))),
        WireForm.Of<MasksApplied, Proto.MasksApplied>(
            "pruning.masks-applied.1",
            Proto.MasksApplied.Parser,
            applied => new Proto.MasksApplied
            {
                Trial = applied.Trial,
                Token = applied.Token,
                Rank = applied.Rank,
                Number = applied.Number,
                Step = applied.Step,
                Hash = applied.Hash,
            },
            proto => new MasksApplied(proto.Trial, proto.Token, proto.Rank, proto.Number, proto.Step, proto.Hash)),
        WireForm.Of<ConfirmMasks, Proto.ConfirmMasks>(
            "pruning.confirm-masks.1",
            Proto.ConfirmMasks.Parser,
            confirm => new Proto.ConfirmMasks { Trial = confirm.Trial, Token = confirm.Token, Reports = confirm.Reports },
            proto => new ConfirmMasks(proto.Trial, proto.Token, proto.Reports)),
        WireForm.Of<MasksAgreed, Proto.MasksAgreed>(
            "pruning.masks-agreed.1",
            Proto.MasksAgreed.Parser,
            agreed => new Proto.MasksAgreed { Trial = agreed.Trial, Token = agreed.Token },
            proto => new MasksAgreed(proto.Trial, proto.Token)),
    ];

    public static Proto.PruningProgram Write(PruningProgram program) => new()
    {
        Blocks = { program.Blocks.Select(Write) },
        Method = (int)program.Method,
        Criterion = (int)program.Criterion,
        Scope = (int)program.Scope,
        Interval = program.Interval,
        Start = program.Start,
        Ramp = program.Ramp,
        End = program.End,
        RampRatio = program.RampRatio,
        InitialSparsity = program.InitialSparsity,
        KeepAtLeast = program.KeepAtLeast,
        Seed = program.Seed,
    };

    public static PruningProgram Read(Proto.PruningProgram proto) => new()
    {
        Blocks = [.. proto.Blocks.Select(Read)],
        Method = WireValues.Defined<PruningMethod>(proto.Method),
        Criterion = WireValues.Defined<PruningCriterion>(proto.Criterion),
        Scope = WireValues.Defined<PruningScope>(proto.Scope),
        Interval = proto.Interval,
        Start = proto.Start,
        Ramp = proto.Ramp,
        End = proto.End,
        RampRatio = proto.RampRatio,
        InitialSparsity = proto.InitialSparsity,
        KeepAtLeast = proto.KeepAtLeast,
        Seed = proto.Seed,
    };

    private static Proto.PrunedBlock Write(PrunedBlock block)
    {
        var proto = new Proto.PrunedBlock
        {
            Matrix = block.Matrix,
            FirstRow = block.FirstRow,
            Rows = block.Rows,
            Columns = block.Columns,
            Sparsity = block.Sparsity,
            Quantile = block.Quantile,
            Apart = block.Apart,
        };
        if (block.Gate is not null)
            proto.Gate = block.Gate;
        return proto;
    }

    private static PrunedBlock Read(Proto.PrunedBlock proto) => new(
        proto.Matrix,
        proto.HasGate ? proto.Gate : null,
        proto.FirstRow,
        proto.Rows,
        proto.Columns,
        proto.Sparsity,
        proto.Quantile)
    {
        Apart = proto.Apart,
    };
}
