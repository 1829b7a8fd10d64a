using TorchSharp;
using TorchSharp.Modules;

namespace Orchestrator.Bench.TrainingStep;

/// <summary>The step as one writes it with TorchSharp's own modules and optimizer.</summary>
internal sealed class StockModel : IStepModel
{
    private const int Sequence = 64;
    private const int Batch = 32;
    private const int Vocabulary = 96;

    private readonly GRU _gru;
    private readonly Linear _output;
    private readonly torch.optim.Optimizer _optimizer;
    private readonly torch.Tensor _symbols;

    public StockModel(int hidden)
    {
        _ = torch.manual_seed(1);
        _gru = torch.nn.GRU(Vocabulary, hidden);
        _output = torch.nn.Linear(hidden, Vocabulary);
        _optimizer = torch.optim.Adam(Parameters, lr: 0.001);
        _symbols = torch.randint(Vocabulary, [Sequence + 1, Batch], dtype: torch.ScalarType.Int64);
    }

    private IEnumerable<Parameter> Parameters => [.. _gru.parameters(), .. _output.parameters()];

    public void Step()
    {
        _optimizer.zero_grad();
        torch.Tensor input = torch.nn.functional.one_hot(_symbols.narrow(0, 0, Sequence), Vocabulary).to_type(torch.ScalarType.Float32);
        (torch.Tensor states, _) = _gru.call(input);
        torch.Tensor logits = _output.call(states);
        torch.Tensor loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, Vocabulary), _symbols.narrow(0, 1, Sequence).reshape(-1));
        loss.backward();
        _ = torch.nn.utils.clip_grad_norm_(Parameters, 1.0);
        _ = _optimizer.step();
    }

    public void Dispose()
    {
        _gru.Dispose();
        _output.Dispose();
        _optimizer.Dispose();
        _symbols.Dispose();
    }
}
