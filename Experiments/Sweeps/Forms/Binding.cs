namespace Orchestrator.Experiments.Sweeps.Forms;

/// <summary>How much of a record must be there and right.</summary>
internal enum Binding
{
    /// <summary>All of it, or the record is null.</summary>
    Whole,

    /// <summary>A part of something that is completed elsewhere: nothing is missing, and rules over several members wait for the whole.</summary>
    Part,

    /// <summary>What can be read is read: members that are missing or wrong keep their initial value, wrong items are left out. For those who go on to look for further errors.</summary>
    Lenient,
}
