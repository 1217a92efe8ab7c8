using Buildx.Protocol.Fsutil;
using Buildx.Protocol.Gateway;

namespace Buildx.Client.Frontends;

/// <summary>A graph's result, to be read from or returned.</summary>
public sealed class SolvedTree
{
    private readonly LLBBridge.LLBBridgeClient _bridge;

    internal SolvedTree(LLBBridge.LLBBridgeClient bridge, string id) => (_bridge, Id) = (bridge, id);

    /// <summary>Its name in this build; empty for an empty tree.</summary>
    public string Id { get; }

    /// <summary>Makes it now, and waits for it.</summary>
    public async Task EvaluateAsync(CancellationToken cancellationToken = default) =>
        await _bridge.EvaluateAsync(new EvaluateRequest { Ref = Id }, cancellationToken: cancellationToken);

    /// <summary>A file, whole or in part.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadFileAsync(string path, long offset = 0, long? length = null, CancellationToken cancellationToken = default)
    {
        var request = new ReadFileRequest { Ref = Id, FilePath = path };
        if (offset != 0 || length is not null)
            request.Range = new FileRange { Offset = offset, Length = length ?? 0 };
        return (await _bridge.ReadFileAsync(request, cancellationToken: cancellationToken)).Data.Memory;
    }

    /// <summary>A directory's entries.</summary>
    /// <param name="pattern">E.g. <c>*.txt</c>; null for all.</param>
    public async Task<IReadOnlyList<Stat>> ReadDirectoryAsync(string path, string? pattern = null, CancellationToken cancellationToken = default) =>
        [.. (await _bridge.ReadDirAsync(new ReadDirRequest { Ref = Id, DirPath = path, IncludePattern = pattern ?? "" }, cancellationToken: cancellationToken)).Entries];

    /// <summary>What is at a path, links followed.</summary>
    public async Task<Stat> StatAsync(string path, CancellationToken cancellationToken = default) =>
        (await _bridge.StatFileAsync(new StatFileRequest { Ref = Id, Path = path }, cancellationToken: cancellationToken)).Stat;
}
