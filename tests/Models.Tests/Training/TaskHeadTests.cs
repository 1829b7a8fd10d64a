using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Randomness;
using Orchestrator.Models.Training;
using TorchSharp;

namespace Orchestrator.Models.Tests.Training;

internal sealed class TaskHeadTests
{
    private const int Classes = 5;

    [Test]
    public void Ctc_is_the_library_s_loss_of_each_sample_over_its_labels()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Sample[] samples = [Ctc(9, 1, 1, 3), Ctc(6, 2), Ctc(4, 4, 2)];
        PackedBatch batch = Batch(TaskKind.Ctc, samples);
        torch.Tensor scores = Noise(batch.Layout.Rows);
        using TaskHead head = TaskHead.Create(new DataShape(1, Classes, TaskKind.Ctc));

        double loss = head.Loss(scores, batch, 0.25, out torch.Tensor gradient);

        var expected = 0.0;
        var expectedGradient = new float[scores.NumberOfElements];
        for (int column = 0; column < samples.Length; column++)
        {
            int at = column;
            long[] rows = [.. Enumerable.Range(0, batch.Layout.Lengths[at]).Select(time => (long)batch.Layout.RowOf(time, at))];
            torch.Tensor own = scores.index_select(0, torch.tensor(rows)).clone().requires_grad_();
            long[] labels = [.. batch.Samples[at].Targets.Select(label => (long)label)];
            torch.Tensor one = torch.nn.functional.ctc_loss(
                torch.nn.functional.log_softmax(own, 1).unsqueeze(1),
                torch.tensor(labels).unsqueeze(0),
                torch.tensor((long[])[rows.Length]),
                torch.tensor((long[])[labels.Length]),
                reduction: torch.nn.Reduction.Sum) * (0.25 / labels.Length);
            one.backward();
            expected += one.item<float>();
            for (int time = 0; time < rows.Length; time++)
            {
                own.grad!.Floats().Slice(time * Classes, Classes).CopyTo(expectedGradient.AsSpan((int)rows[time] * Classes));
            }
        }

        Assert.That(loss, Is.EqualTo(expected).Within(1e-5));
        Assert.That(gradient.Floats().ToArray(), Is.EqualTo(expectedGradient).Within(1e-6f));
    }

    [Test]
    public void Ctc_counts_edits_labels_and_wrong_sequences()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PackedBatch batch = Batch(TaskKind.Ctc, [Ctc(3, 1, 2), Ctc(3, 3)]);
        torch.Tensor scores = OneHot(batch, [[1, 0, 2], [3, 2, 2]]);
        using TaskHead head = TaskHead.Create(new DataShape(1, Classes, TaskKind.Ctc));
        var sums = new EvaluationSums();

        head.Evaluate(scores, batch, sums);

        Dictionary<string, double> metrics = head.Metrics(sums).ToDictionary(metric => metric.Name, metric => metric.Value);
        Assert.That(metrics["label-error-rate"], Is.EqualTo(1 / 3.0));
        Assert.That(metrics["sequence-error-rate"], Is.EqualTo(0.5));
        Assert.That(metrics["loss"], Is.EqualTo(head.Loss(scores, batch, 0.5, out _)).Within(1e-6));
    }

    [Test]
    public void Labels_that_do_not_fit_their_frames_are_refused()
    {
        using TaskHead head = TaskHead.Create(new DataShape(1, Classes, TaskKind.Ctc));

        Assert.That(() => head.Check(new Split([Ctc(3, 1, 1)])), Throws.Nothing);
        Assert.That(() => head.Check(new Split([Ctc(2, 1, 1)])), Throws.TypeOf<DataException>());
    }

    [Test]
    public void Classification_is_the_library_s_cross_entropy()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PackedBatch batch = Batch(TaskKind.Classification, [Ctc(3, 4), Ctc(5, 0), Ctc(2, 2)]);
        torch.Tensor scores = Noise(3).requires_grad_();
        using TaskHead head = TaskHead.Create(new DataShape(1, Classes, TaskKind.Classification));
        var sums = new EvaluationSums();

        double loss = head.Loss(scores.detach(), batch, 1.0 / 3, out torch.Tensor gradient);
        float[] slopes = gradient.Floats().ToArray();
        head.Evaluate(scores.detach(), batch, sums);

        long[] targets = [.. batch.Samples.Select(sample => (long)sample.Targets[0])];
        torch.Tensor expected = torch.nn.functional.cross_entropy(scores, torch.tensor(targets));
        expected.backward();
        long wrong = targets.Zip(scores.detach().argmax(1).data<long>().ToArray()).Count(pair => pair.First != pair.Second);
        Assert.That(loss, Is.EqualTo(expected.item<float>()).Within(1e-6));
        Assert.That(slopes, Is.EqualTo(scores.grad!.Floats().ToArray()).Within(1e-6f));
        Assert.That(head.Metrics(sums).First(metric => metric.Name == "error-rate").Value, Is.EqualTo(wrong / 3.0));
    }

    [Test]
    public void A_language_model_s_loss_is_the_mean_over_symbols_and_then_over_windows()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PackedBatch batch = Batch(TaskKind.LanguageModel, [new([], 3, [0, 1, 2, 3]), new([], 2, [4, 4, 0])]);
        torch.Tensor scores = Noise(5).requires_grad_();
        using TaskHead head = TaskHead.Create(new DataShape(Classes, Classes, TaskKind.LanguageModel));
        var sums = new EvaluationSums();

        double loss = head.Loss(scores.detach(), batch, 0.5, out torch.Tensor gradient);
        float[] slopes = gradient.Floats().ToArray();
        head.Evaluate(scores.detach(), batch, sums);

        torch.Tensor nats = torch.nn.functional.cross_entropy(
            scores, torch.tensor((long[])[1, 4, 2, 0, 3]), reduction: torch.nn.Reduction.None);
        torch.Tensor expected = (nats * torch.tensor((float[])[1 / 6f, 1 / 4f, 1 / 6f, 1 / 4f, 1 / 6f])).sum();
        expected.backward();
        Assert.That(loss, Is.EqualTo(expected.item<float>()).Within(1e-6));
        Assert.That(slopes, Is.EqualTo(scores.grad!.Floats().ToArray()).Within(1e-6f));
        Assert.That(
            head.Metrics(sums).First(metric => metric.Name == "bits-per-character").Value,
            Is.EqualTo(nats.mean().item<float>() / Math.Log(2)).Within(1e-5));
    }

    [Test]
    public void A_score_that_is_no_number_shows_in_the_loss()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PackedBatch batch = Batch(TaskKind.Classification, [Ctc(3, 4)]);
        using TaskHead head = TaskHead.Create(new DataShape(1, Classes, TaskKind.Classification));

        Assert.That(head.Loss(torch.tensor((float[])[0, 0, float.NaN, 0, 0]).view(1, 5), batch, 1, out _), Is.NaN);
    }

    [Test]
    public void A_language_model_reads_its_symbols_one_hot()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        PackedBatch batch = Batch(TaskKind.LanguageModel, [new([], 2, [4, 1, 0]), new([], 2, [0, 2, 1])]);

        Assert.That(
            batch.Input.Floats().ToArray(),
            Is.EqualTo(new float[] { 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0 }));
    }

    private static Sample Ctc(int frames, params int[] labels) => new(new float[frames], frames, labels);

    private static PackedBatch Batch(TaskKind task, Sample[] samples)
    {
        using var packer = new BatchPacker(new DataShape(task == TaskKind.LanguageModel ? Classes : 1, Classes, task));
        PackedBatch batch = packer.Pack(new Split(samples), [.. Enumerable.Range(0, samples.Length)]);
        return batch with { Input = batch.Input.clone() };
    }

    private static torch.Tensor Noise(int rows)
    {
        var stream = SplitMix.Derive("scores", 1);
        return torch.tensor([.. Enumerable.Range(0, rows * Classes).Select(_ => (float)stream.NextGaussian())]).view(rows, Classes);
    }

    private static torch.Tensor OneHot(PackedBatch batch, int[][] paths)
    {
        torch.Tensor scores = torch.zeros(batch.Layout.Rows, Classes);
        for (int column = 0; column < paths.Length; column++)
        {
            for (int time = 0; time < paths[column].Length; time++)
            {
                scores.Floats()[(batch.Layout.RowOf(time, column) * Classes) + paths[column][time]] = 5;
            }
        }

        return scores;
    }
}
