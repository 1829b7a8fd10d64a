namespace Orchestrator.Actors.Workers.Processes;

/// <summary>What a process says on standard error: each line goes to the log of the run, and the last are kept to explain its death.</summary>
internal sealed class RankWords
{
    /// <summary>A process that never ends to complain shall not fill the disk.</summary>
    private const int LinesLoggedMax = 1000;

    private const int LineLengthMax = 1000;
    private const int LinesKept = 20;

    private readonly TextReader _error;
    private readonly IRankLink _link;
    private readonly Queue<string> _last = new();
    private readonly Thread _thread;

    public RankWords(TextReader error, IRankLink link)
    {
        _error = error;
        _link = link;
        _thread = new Thread(Listen) { IsBackground = true, Name = "words of a rank" };
        _thread.Start();
    }

    /// <summary>After <see cref="AwaitEnd"/>.</summary>
    public string Last => string.Join(Environment.NewLine, _last);

    /// <summary>Returns when all that was said has been passed on: soon after the process has ended.</summary>
    public void AwaitEnd() => _thread.Join();

    private void Listen()
    {
        for (int line = 0; _error.ReadLine() is { } said; line++)
        {
            string shown = said.Length <= LineLengthMax ? said : said[..LineLengthMax];
            if (line < LinesLoggedMax)
                _link.Tell(shown);
            else if (line == LinesLoggedMax)
                _link.Tell($"… and more than {LinesLoggedMax} lines.");
            _last.Enqueue(shown);
            if (_last.Count > LinesKept)
                _last.Dequeue();
        }
    }
}
