namespace Orchestrator.Models.Data;

/// <summary>Options of <c>yes-no</c>: 60 recordings of eight words each.</summary>
[Kind("yes-no")]
public sealed record YesNoOptions : SpeechOptions
{
    /// <summary>26 recordings train: batches of 4 leave 6 steps an epoch. Steps of 40 ms suit words of half a second.</summary>
    public YesNoOptions()
    {
        BatchSize = 4;
        FrameStacking = 4;
    }
}
