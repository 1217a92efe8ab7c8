using System.Formats.Tar;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The time that a source has of its own: a commit's, a download's, or that of the newest file in an archive without one.</summary>
internal static class SourceTimes
{
    /// <returns>Null where the graph has no source of that kind, or several.</returns>
    public static async Task<DateTimeOffset?> FindAsync(LlbOutput output, string step, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        var operations = LlbDefinition.Write(output).Def.Select(bytes => Op.Parser.ParseFrom(bytes)).Where(operation => operation.Source is not null).ToArray();
        if (operations is not [var operation])
            return null;
        var scheme = operation.Source.Identifier.Split("://", 2)[0];
        return scheme switch
        {
            "git" => await bridge.StepAsync(step, token => FindCommitAsync(operation, bridge, token), cancellationToken),
            "http" or "https" => await bridge.StepAsync(step, token => FindDownloadAsync(operation, bridge, token), cancellationToken),
            _ => null,
        };
    }

    private static async Task<DateTimeOffset?> FindCommitAsync(Op operation, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        var timed = operation.Clone();
        timed.Source.Attrs[SourceAttributes.GitModificationTime] = "commit";
        await using var tree = await (await bridge.ReferenceAsync(Alone(timed), cancellationToken)).OpenAsync(cancellationToken);
        return TreeLookup.Describe(tree.Tree.Root, "") is { } root ? FromNanoseconds(root.ModTime) : null;
    }

    private static async Task<DateTimeOffset?> FindDownloadAsync(Op operation, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        await using var tree = await (await bridge.ReferenceAsync(Alone(operation), cancellationToken)).OpenAsync(cancellationToken);
        if (TreeLookup.ReadDirectory(tree.Tree.Root, "") is not [var name] || TreeLookup.Describe(tree.Tree.Root, name) is not { } file)
            return null;
        // A file is given the year 1970 where its server names no time.
        if (file.ModTime != 0)
            return FromNanoseconds(file.ModTime);
        using var directory = FileSystem.OpenDirectory(tree.Tree.Root);
        using var handle = FileSystem.TryOpenIn(directory, name, OpenFlags.NonBlocking);
        return handle is null ? null : await NewestAsync(handle, name, cancellationToken);
    }

    private static async Task<DateTimeOffset?> NewestAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, string name, CancellationToken cancellationToken)
    {
        if (ArchiveReader.TryOpen(file, name, cancellationToken) is not { } archive)
            return null;
        await using var opened = archive;
        await using var reader = new TarReader(archive);
        DateTimeOffset? newest = null;
        try
        {
            while (await reader.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && !(entry.ModificationTime <= newest))
                    newest = entry.ModificationTime;
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            // It begins like an archive, but is none.
            return null;
        }
        return newest is { } time ? DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds()) : null;
    }

    private static DateTimeOffset FromNanoseconds(long time) => DateTimeOffset.FromUnixTimeSeconds(Math.DivRem(time, 1_000_000_000).Quotient);

    /// <summary>A graph of one operation.</summary>
    private static Definition Alone(Op operation)
    {
        var bytes = operation.ToByteString();
        var digest = Digest.Sha256(bytes.Span).Value;
        var last = new Op { Inputs = { new Input { Digest = digest } } }.ToByteString();
        return new Definition
        {
            Def = { bytes, last },
            Metadata = { [digest] = new OpMetadata(), [Digest.Sha256(last.Span).Value] = new OpMetadata() },
        };
    }
}
