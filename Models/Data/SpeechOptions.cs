using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Data;

/// <summary>What all sets of real recordings share: how sound becomes frames.</summary>
public abstract record SpeechOptions : DataOptions
{
    [Range(8, 80)]
    [Description("Log-mel bands; 24 to 40 suit 8 kHz.")]
    public int Bands { get; init; } = 24;

    [Range(1, 8)]
    [Description("Frames of 10 ms joined into one time step: the network sees this many times fewer, wider steps.")]
    public int FrameStacking { get; init; } = 3;
}
