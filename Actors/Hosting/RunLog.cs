using Akka.Actor;
using Akka.Dispatch;
using Akka.Event;

namespace Orchestrator.Actors.Hosting;

/// <summary>Appends what the actors log to a file of the run, so that it does not run through the picture on the terminal.</summary>
internal sealed class RunLog : ReceiveActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    /// <summary>Key of the file's path; empty: the log goes to standard error.</summary>
    public const string FileKey = "orchestrator.log.file";

    private readonly string _file = Context.System.Settings.Config.GetString(FileKey, string.Empty);

    public RunLog()
    {
        Receive<InitializeLogger>(_ => Sender.Tell(new LoggerInitialized()));
        Receive<LogEvent>(Write);
    }

    private void Write(LogEvent entry)
    {
        try
        {
            if (_file.Length == 0)
                Console.Error.WriteLine(entry);
            else
                File.AppendAllText(_file, $"{entry}{Environment.NewLine}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk is reported by whoever needed it; its log entries have no other place to go.
            Console.Error.WriteLine(entry);
        }
    }
}
