using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>Where ranks find each other that share a folder, on one machine or through a network file system.</summary>
/// <remarks>
/// <para>
/// Each rank writes its file, aside and then renamed, into <c>folder/ring/token/</c>, and reads those of the others again and
/// again, at first each millisecond, later twenty times a second. A file may be a leftover: of a process that was killed, even one
/// with the same token. So each call draws a nonce, each file lists the nonces that its rank has read, and a rank believes a
/// file once it finds its own nonce listed there: only a living rank can have read it.
/// </para>
/// <para>
/// Who has all addresses says so in its file; who finds that all have said so removes the folder. Folders of older epochs are
/// removed by the ranks of a newer one, and whoever still waits there fails with <see cref="CollectiveFailure.StaleEpoch"/>.
/// </para>
/// </remarks>
public sealed class FileRendezvous : IRendezvous
{
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(50);
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder;

    /// <param name="folder">The same for all ranks; made if need be, for this user alone. Nothing else should be in it.</param>
    public FileRendezvous(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = Path.GetFullPath(folder);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public IReadOnlyList<string> Exchange(RingMember member, string address, TimeSpan deadline, CancellationToken cancellation)
    {
        RendezvousLimits.Check(member, address, deadline);
        Visit visit = new(member, address, Path.Combine(_folder, SafeName.Of(member.Ring)));
        visit.Enter();
        try
        {
            IReadOnlyList<string> addresses = AwaitAll(visit, deadline, cancellation);
            visit.Finish();
            return addresses;
        }
        catch (Exception error)
        {
            // Whom this rank disagrees with is to find it out as well.
            if (error is not CollectiveException { Failure: CollectiveFailure.Mismatch })
                visit.Withdraw();
            throw;
        }
    }

    private static string[] AwaitAll(Visit visit, TimeSpan deadline, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        TimeSpan pause = PauseFirst;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            visit.Look();
            if (visit.FirstMissing is not { } missing)
                return visit.Addresses;
            TimeSpan remaining = deadline - Stopwatch.GetElapsedTime(began);
            if (remaining <= TimeSpan.Zero)
                throw visit.Failed(RingFailure.NeverJoined(missing, deadline));
            _ = cancellation.WaitHandle.WaitOne(pause < remaining ? pause : remaining);
            pause = pause * 1.5 < PauseMax ? pause * 1.5 : PauseMax;
        }
    }

    /// <summary>One call by one rank.</summary>
    private sealed class Visit(RingMember member, string address, string ringFolder)
    {
        private const string AsideSuffix = ".writing";

        private readonly string _nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RankFile.NonceCharacters / 2));
        private readonly string _epochFolder = Path.Combine(ringFolder, member.Token.ToString(CultureInfo.InvariantCulture));
        private readonly RankFile?[] _others = new RankFile?[member.WorldSize];
        private RankFile? _written;

        /// <summary>The lowest rank that does not know of this one yet, as far as is known; null: all do.</summary>
        public int? FirstMissing
        {
            get
            {
                for (int rank = 0; rank < member.WorldSize; rank++)
                {
                    if (rank != member.Rank && (_others[rank] is not { } file || !Knows(file)))
                        return rank;
                }

                return null;
            }
        }

        public string[] Addresses => [.. _others.Select(file => file?.Address ?? address)];

        public void Enter()
        {
            Make(ringFolder);
            ThrowIfStale();
            foreach (string folder in EpochFolders().Where(epoch => epoch.Token < member.Token).Select(epoch => epoch.Folder))
                Remove(folder);
            Make(_epochFolder);
            Write(isDone: false);
        }

        /// <summary>Reads what the others have laid down, and lists it.</summary>
        public void Look()
        {
            ThrowIfDisturbed();
            for (int rank = 0; rank < member.WorldSize; rank++)
                _others[rank] = rank == member.Rank ? null : Read(rank);
            Write(isDone: false);
            ThrowIfMismatched();
        }

        public void Finish()
        {
            Write(isDone: true);
            if (Enumerable.Range(0, member.WorldSize).All(rank => Read(rank) is { IsDone: true }))
                Remove(_epochFolder);
        }

        public void Withdraw()
        {
            if (Read(member.Rank)?.Nonce != _nonce)
                return;
            try
            {
                File.Delete(PathOf(member.Rank));
            }
            catch (DirectoryNotFoundException)
            {
                // A newer epoch has removed it all.
            }
        }

        public CollectiveException Failed(RingFailure failure) => new(member.Ring, member.Token, failure);

        private bool Knows(RankFile file) => file.Seen.TryGetValue(member.Rank, out string? seen) && seen == _nonce;

        private void ThrowIfDisturbed()
        {
            ThrowIfStale();
            if (Read(member.Rank) is not { } own)
                throw Failed(RingFailure.Over(member.Rank));
            if (own.Nonce != _nonce)
                throw Failed(RingFailure.AlreadyJoined(member.Rank));
        }

        private void ThrowIfStale()
        {
            long newest = EpochFolders().Select(epoch => epoch.Token).DefaultIfEmpty(member.Token).Max();
            if (newest > member.Token)
                throw Failed(RingFailure.Stale(member.Rank, newest));
        }

        /// <summary>Only ranks that live have a say.</summary>
        private void ThrowIfMismatched()
        {
            RankFile? other = _others.FirstOrDefault(file => file is not null && Knows(file) && file.WorldSize != member.WorldSize);
            if (other is not null)
            {
                throw Failed(RingFailure.Mismatch(
                    other.Rank, $"rank {other.Rank} counts {other.WorldSize} ranks, rank {member.Rank} counts {member.WorldSize}"));
            }
        }

        private IEnumerable<(long Token, string Folder)> EpochFolders() => Directory.EnumerateDirectories(ringFolder)
            .Select(folder => (IsToken: long.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out long token), token, folder))
            .Where(folder => folder.IsToken)
            .Select(folder => (folder.token, folder.folder));

        /// <summary>Null if it is not there, or cannot have been written by this class.</summary>
        private RankFile? Read(int rank)
        {
            try
            {
                using FileStream stream = new(PathOf(rank), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                if (stream.Length > RankFile.BytesMax)
                    return null;
                byte[] bytes = new byte[stream.Length];
                int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
                return RankFile.Parse(Encoding.UTF8.GetString(bytes, 0, read)) is { } file && file.Rank == rank ? file : null;
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
        }

        private void Write(bool isDone)
        {
            var seen = _others.OfType<RankFile>().ToImmutableSortedDictionary(file => file.Rank, file => file.Nonce);
            RankFile file = new(member.Rank, member.WorldSize, _nonce, address, isDone, seen);
            if (_written is { } before && before.IsDone == isDone && before.Seen.SequenceEqual(seen))
                return;
            string aside = $"{PathOf(member.Rank)}.{_nonce}{AsideSuffix}";
            try
            {
                File.WriteAllText(aside, file.ToText());
                File.Move(aside, PathOf(member.Rank), overwrite: true);
            }
            catch (DirectoryNotFoundException)
            {
                ThrowIfStale();
                throw Failed(RingFailure.Over(member.Rank));
            }

            _written = file;
        }

        private string PathOf(int rank) => Path.Combine(_epochFolder, string.Create(CultureInfo.InvariantCulture, $"rank-{rank}"));

        private static void Make(string folder)
        {
            if (OperatingSystem.IsWindows())
                _ = Directory.CreateDirectory(folder);
            else
                _ = Directory.CreateDirectory(folder, OwnerOnly);
        }

        /// <summary>Several ranks may do so at once.</summary>
        private static void Remove(string folder)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // Another has been faster; or somebody still writes there, and the next epoch removes it.
            }
        }
    }
}
