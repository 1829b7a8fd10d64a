namespace Orchestrator.EndToEnd.Tests;

/// <summary>Small sweeps: a second of training, and one that lasts long enough to be killed twenty times.</summary>
internal static class Sweeps
{
    /// <summary>A dense cell and a pruned one that needs the dense one's weights.</summary>
    public static string Tiny(string name = "tiny", int worldSize = 1) => $$"""
        {
          "name": "{{name}}",
          "base": {
            "data": { "kind": "synthetic-digits", "trainCount": 80, "validationCount": 16, "testCount": 16, "batchSize": 16, "digitsMin": 1, "digitsMax": 2 },
            "network": { "kind": "gru", "hiddenSize": 8, "dropout": 0.1 },
            "training": { "epochs": 2, "worldSize": {{worldSize}}, "checkpointEverySteps": 5 },
            "pruning": { "sparsity": 0.8, "interval": 1, "startEpoch": 0.5 }
          },
          "variants": [
            { "name": "dense" },
            { "name": "gradual 80 %", "set": { "pruning.method": "gradual-threshold" } }
          ],
          "controls": "dense",
          "seeds": 2
        }
        """;

    /// <summary>One pruned trial on a gang, with checkpoints of half a megabyte after every fourth step.</summary>
    public static string Gang(int epochs, int worldSize = 2) => $$"""
        {
          "name": "gang",
          "base": {
            "data": { "kind": "synthetic-digits", "trainCount": 320, "validationCount": 16, "testCount": 16, "batchSize": 16, "digitsMin": 1, "digitsMax": 2 },
            "network": { "kind": "gru", "hiddenSize": 64, "dropout": 0.2 },
            "optimizer": { "kind": "adam", "learningRate": 0.003 },
            "training": { "epochs": {{epochs}}, "worldSize": {{worldSize}}, "checkpointEverySteps": 4 },
            "pruning": { "method": "gradual-cubic", "sparsity": 0.8, "interval": 3, "startEpoch": 0.5 }
          },
          "variants": [ { "name": "pruned 80 %" } ],
          "seeds": 1
        }
        """;

    /// <summary>Checkpoints of half a megabyte after every fourth step: every kill is near one.</summary>
    /// <param name="worldSize">Ranks of the last cell.</param>
    public static string Long(int epochs, int worldSize = 1) => $$"""
        {
          "name": "long",
          "base": {
            "data": { "kind": "synthetic-digits", "trainCount": 320, "validationCount": 16, "testCount": 16, "batchSize": 16, "digitsMin": 1, "digitsMax": 2 },
            "network": { "kind": "gru", "hiddenSize": 64, "dropout": 0.2 },
            "optimizer": { "kind": "adam", "learningRate": 0.003 },
            "training": { "epochs": {{epochs}}, "checkpointEverySteps": 4 },
            "pruning": { "sparsity": 0.8, "interval": 3, "startEpoch": 0.5 }
          },
          "variants": [
            { "name": "dense" },
            { "name": "gradual 80 %", "set": { "pruning.method": "gradual-threshold" } },
            { "name": "random 80 %", "set": { "pruning.method": "random", "pruning.densitiesFrom": "gradual 80 %", "training.worldSize": {{worldSize}} } }
          ],
          "controls": "dense",
          "seeds": 1
        }
        """;
}
