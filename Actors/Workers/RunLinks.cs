using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Actors.Workers;

/// <summary>
/// The links of a run as its first gangs measured them, by transport and world size: <c>RUN/links/TRANSPORT-P.json</c>. All later
/// gangs and attempts choose by them, so that a trial has the same bits however often it is interrupted.
/// </summary>
internal sealed class RunLinks(RunStore store, GangTransport transport) : ILinkStore
{
    private string Folder => Path.Combine(store.Directory, "links");

    public string? Find(int worldSize)
    {
        string path = PathOf(worldSize);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    public string Keep(int worldSize, string links)
    {
        Directory.CreateDirectory(Folder);
        string path = PathOf(worldSize);
        string aside = Path.Combine(Folder, Path.GetRandomFileName());
        try
        {
            DurableFile.Write(aside, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(links)));
            File.Move(aside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another gang was quicker; its links are those of the run.
        }
        finally
        {
            File.Delete(aside);
        }

        return File.ReadAllText(path);
    }

    private string PathOf(int worldSize) => Path.Combine(Folder, transport switch
    {
        GangTransport.InProcess => $"in-process-{worldSize}.json",
        GangTransport.SharedMemory => $"shared-memory-{worldSize}.json",
        GangTransport.Tcp => $"tcp-{worldSize}.json",
        _ => throw new InvalidOperationException($"{transport} is no transport."),
    });
}
