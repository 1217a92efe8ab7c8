using Buildx.Engine.Trees;
using Buildx.Protocol.Gateway;
using Google.Protobuf;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>Reading from results and from the mounts of containers.</summary>
internal sealed partial class GatewayBuild
{
    /// <summary>What fits into one message of gRPC, as BuildKit's clients receive it.</summary>
    private const int MaximumFileSize = 16 << 20;

    public Task<ReadFileResponse> ReadFileAsync(ReadFileRequest read, CancellationToken cancellationToken) =>
        ReadAsync(read.Ref, root => ReadFile(root, read), cancellationToken);

    public Task<ReadDirResponse> ReadDirAsync(ReadDirRequest read, CancellationToken cancellationToken) =>
        ReadAsync(read.Ref, root => ReadDirectory(root, read), cancellationToken);

    public Task<StatFileResponse> StatFileAsync(StatFileRequest stat, CancellationToken cancellationToken) =>
        ReadAsync(stat.Ref, root => StatFile(root, stat), cancellationToken);

    public ReadFileResponse ReadFileOfContainer(ReadFileRequest read) => ReadFile(Container(read.Ref).MountPath(read.MountIndex), read);

    public ReadDirResponse ReadDirOfContainer(ReadDirRequest read) => ReadDirectory(Container(read.Ref).MountPath(read.MountIndex), read);

    public StatFileResponse StatFileOfContainer(StatFileRequest stat) => StatFile(Container(stat.Ref).MountPath(stat.MountIndex), stat);

    private async Task<T> ReadAsync<T>(string id, Func<string, T> read, CancellationToken cancellationToken)
    {
        var reference = Get(id) ?? throw Missing("/");
        await using var open = await reference.OpenAsync(cancellationToken);
        return read(open.Tree.Root);
    }

    private static ReadFileResponse ReadFile(string root, ReadFileRequest read)
    {
        var content = read.Range is { } range
            ? TreeLookup.ReadPart(root, read.FilePath, Math.Max(0, range.Offset), range.Length > 0 ? (int)Math.Min(range.Length, MaximumFileSize) : MaximumFileSize)
            : TreeLookup.ReadFile(root, read.FilePath, MaximumFileSize);
        return new ReadFileResponse { Data = ByteString.CopyFrom(content ?? throw Missing(read.FilePath)) };
    }

    private static ReadDirResponse ReadDirectory(string root, ReadDirRequest read)
    {
        var names = TreeLookup.ReadDirectory(root, read.DirPath) ?? throw Missing(read.DirPath);
        var response = new ReadDirResponse();
        foreach (var name in names)
        {
            if (read.IncludePattern.Length > 0 && !PathGlob.IsMatch(read.IncludePattern, name))
                continue;
            if (TreeLookup.Describe(root, $"{read.DirPath}/{name}") is { } entry)
                response.Entries.Add(entry);
        }
        return response;
    }

    // Links are followed, as BuildKit does: it is the file at the path that is asked for.
    private static StatFileResponse StatFile(string root, StatFileRequest stat) =>
        new() { Stat = TreeLookup.DescribeTarget(root, stat.Path) ?? throw Missing(stat.Path) };

    private static FileNotFoundException Missing(string path) => new($"{path}: no such file or directory");
}
