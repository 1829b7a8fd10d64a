using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Training;

/// <summary>−log softmax(scores)[target] and its derivative, softmax(scores) − 1[target], row by row.</summary>
internal static class SoftmaxCrossEntropy
{
    /// <param name="scores">One row.</param>
    /// <param name="weight">Factor of the derivative.</param>
    /// <param name="gradient">Receives weight · derivative.</param>
    /// <returns>The row's loss in nats, without the weight. Not a number if a score is none.</returns>
    public static double Row(ReadOnlySpan<float> scores, int target, float weight, Span<float> gradient)
    {
        float largest = scores[0];
        foreach (float score in scores)
        {
            largest = Math.Max(largest, score);
        }

        ref float from = ref MemoryMarshal.GetReference(scores);
        ref float to = ref MemoryMarshal.GetReference(gradient);
        var shift = new Vector<float>(largest);
        for (int index = 0; index < scores.Length; index += Lanes.Width)
        {
            Lanes.Store(Lanes.Exp(Lanes.Load(ref from, index, scores.Length) - shift), ref to, index, scores.Length);
        }

        double sum = 0;
        foreach (float value in gradient)
        {
            sum += value;
        }

        var factor = new Vector<float>((float)(weight / sum));
        for (int index = 0; index < scores.Length; index += Lanes.Width)
        {
            Lanes.Store(Lanes.Load(ref to, index, scores.Length) * factor, ref to, index, scores.Length);
        }

        gradient[target] -= weight;
        return Math.Log(sum) - (scores[target] - (double)largest);
    }
}
