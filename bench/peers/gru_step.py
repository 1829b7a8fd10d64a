"""The training step of `bench training-step` in Python's PyTorch.

Reads lines "steps N" on standard input, does N steps for each and prints the mean seconds per step.
Usage: python3 gru_step.py HIDDEN_SIZE
"""
import sys
import time

import torch

SEQUENCE, BATCH, VOCABULARY = 64, 32, 96


class Model(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.gru = torch.nn.GRU(VOCABULARY, hidden)
        self.output = torch.nn.Linear(hidden, VOCABULARY)

    def forward(self, symbols):
        states, _ = self.gru(torch.nn.functional.one_hot(symbols, VOCABULARY).float())
        return self.output(states)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model = Model(int(sys.argv[1]))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    symbols = torch.randint(VOCABULARY, (SEQUENCE + 1, BATCH))
    print(f"ready torch {torch.__version__}", flush=True)
    for line in sys.stdin:
        steps = int(line.split()[1])
        start = time.perf_counter()
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=False)
            logits = model(symbols[:-1])
            loss = torch.nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY), symbols[1:].reshape(-1))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        print(f"{(time.perf_counter() - start) / steps:.9f}", flush=True)


if __name__ == "__main__":
    main()
