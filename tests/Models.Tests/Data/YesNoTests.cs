using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

internal sealed class YesNoTests
{
    [Test]
    public void The_name_is_the_transcript() =>
        Assert.That(YesNo.LabelsOf("0_1_1_1_1_0_1_0.wav"), Is.EqualTo(new[] { 1, 2, 2, 2, 2, 1, 2, 1 }));

    [TestCase("0_1_1.wav")]
    [TestCase("0_1_1_1_1_0_1_2.wav")]
    [TestCase("0_1_1_1_1_0_1_0.wav.wav")]
    public void Another_name_is_refused(string name) =>
        Assert.That(() => YesNo.LabelsOf(name), Throws.InstanceOf<DataException>());

    [Test]
    public void The_real_set_has_the_stated_split()
    {
        DataRoot root = RealData.Root("yesno/waves_yesno.tar.gz");

        IDataSet data = DataSets.Load(new YesNoOptions(), root);

        Assert.That(new[] { data.Train.Count, data.Validation.Count, data.Test.Count }, Is.EqualTo(new[] { 26, 5, 29 }));
        Assert.That(Enumerable.Range(0, 29).Select(index => data.Test[index].Targets[0]), Is.All.EqualTo(2));
        Assert.That(data.Shape, Is.EqualTo(DataSets.ShapeOf(new YesNoOptions(), DataRoot.None)));
    }
}
