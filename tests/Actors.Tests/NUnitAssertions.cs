using Akka.TestKit;

namespace Orchestrator.Actors.Tests;

/// <summary>What Akka's test kit asserts with.</summary>
internal sealed class NUnitAssertions : ITestKitAssertions
{
    public void Fail(string format = "", params object[] args) => Assert.Fail(Text(format, args));

    public void AssertTrue(bool condition, string format = "", params object[] args) =>
        Assert.That(condition, Is.True, Text(format, args));

    public void AssertFalse(bool condition, string format = "", params object[] args) =>
        Assert.That(condition, Is.False, Text(format, args));

    public void AssertEqual<T>(T expected, T actual, string format = "", params object[] args) =>
        Assert.That(actual, Is.EqualTo(expected), Text(format, args));

    public void AssertEqual<T>(T expected, T actual, Func<T, T, bool> comparer, string format = "", params object[] args) =>
        Assert.That(comparer(expected, actual), Is.True, Text(format, args));

    public Exception AssertThrows(Action action) => Assert.Catch(() => action())!;

    public TException AssertThrows<TException>(Action action)
        where TException : Exception => Assert.Throws<TException>(() => action())!;

    public Task<Exception> AssertThrowsAsync(Func<Task> action) => Assert.CatchAsync(() => action())!;

    public Task<TException> AssertThrowsAsync<TException>(Func<Task> action)
        where TException : Exception => Assert.ThrowsAsync<TException>(() => action())!;

    private static string Text(string format, object[] args) => args.Length == 0 ? format : string.Format(format, args);
}
