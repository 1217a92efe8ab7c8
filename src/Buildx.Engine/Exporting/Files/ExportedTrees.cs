using Buildx.Engine.Attestations;
using Buildx.Engine.Storage;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;

namespace Buildx.Engine.Exporting.Files;

/// <summary>A result's file systems, mounted, as one tree to read: side by side when they are to be split.</summary>
internal sealed class ExportedTrees : IAsyncDisposable
{
    private const uint DirectoryMode = GoFileMode.Directory | 0x1ED; // rwxr-xr-x

    private readonly List<IMountedSnapshot> _mounts = [];
    private readonly List<DirectorySource> _sources = [];

    private ExportedTrees()
    {
    }

    public IFileSource Source { get; private set; } = null!;

    public static async Task<ExportedTrees> MountAsync(ExportResult result, DirectoryOptions options, ILayerStore layers, CancellationToken cancellationToken)
    {
        var trees = new ExportedTrees();
        try
        {
            var split = options.PlatformSplit ?? result.IsMultiPlatform;
            var parts = new List<(Stat Directory, IFileSource Source)>();
            foreach (var platform in result.Platforms)
            {
                var mount = await layers.MountAsync(platform.Snapshot, null, cancellationToken);
                trees._mounts.Add(mount);
                var source = DirectorySource.Open(mount.Path, FileFilter.All, resetOwner: false);
                trees._sources.Add(source);
                var epoch = options.Epoch.For(result, platform.Id);
                parts.Add((
                    // A frontend need not say for which platform it has built when it was asked for none.
                    new Stat { Path = (platform.Id.Length > 0 ? platform.Id : platform.Platform.ToString()).Replace('/', '_'), Mode = DirectoryMode, ModTime = Nanoseconds(epoch) },
                    StatementsSource.Create(
                        epoch is null ? source : new DatedSource(source, Nanoseconds(epoch)),
                        result.Attestations.GetValueOrDefault(platform.Id, []),
                        attestation => options.AttestationPrefix + NameOf(attestation, result.IsMultiPlatform && !split ? platform.Id : ""),
                        Nanoseconds(epoch ?? DateTimeOffset.UtcNow),
                        cancellationToken)));
            }
            trees.Source = parts switch
            {
                [var only] when !split => only.Source,
                _ when split => new CombinedSource(parts),
                _ => new MergedSource([.. result.Platforms.Select(platform => platform.Id)], [.. parts.Select(part => part.Source)]),
            };
            return trees;
        }
        catch
        {
            await trees.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources)
            source.Dispose();
        foreach (var mount in _mounts)
            await mount.DisposeAsync();
    }

    private static string NameOf(Attestation attestation, string platform) => platform.Length == 0
        ? attestation.FileName
        : $"{Path.GetFileNameWithoutExtension(attestation.FileName)}.{platform.Replace('/', '_')}{Path.GetExtension(attestation.FileName)}";

    private static long Nanoseconds(DateTimeOffset? time) => time is { } value ? (value - DateTimeOffset.UnixEpoch).Ticks * 100 : 0;
}
