namespace Orchestrator.Models.Training;

/// <summary>The gradient buffer, exchanged in pieces of bounded size.</summary>
internal static class GradientBuckets
{
    public static void AllReduce(Span<float> gradients, long bucketBytes, IGradientExchange exchange)
    {
        int bucket = (int)Math.Clamp(bucketBytes / sizeof(float), 1, int.MaxValue);
        for (int start = 0; start < gradients.Length; start += bucket)
        {
            exchange.AllReduce(gradients.Slice(start, Math.Min(bucket, gradients.Length - start)));
            if (gradients.Length - start <= bucket)
            {
                return;
            }
        }
    }
}
