using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Oci;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.CacheTransfer.Keys;

/// <summary>
/// BuildKit's checksums of files and directories: a file's is that of its old-fashioned tar header without name and time, and of
/// its content; a directory's that of its own header and of the names and checksums of what is in it.
/// </summary>
internal sealed class TreeChecksum
{
    private const string SecurityCapability = "security.capability";

    private readonly SafeFileHandle _root;
    private readonly bool _isSynchronized;
    private readonly CancellationToken _cancellationToken;

    /// <param name="isSynchronized">The tree came by file sync, which brings everything but the root itself.</param>
    public TreeChecksum(SafeFileHandle root, bool isSynchronized, CancellationToken cancellationToken)
    {
        _root = root;
        _isSynchronized = isSynchronized;
        _cancellationToken = cancellationToken;
    }

    /// <summary>
    /// What all selections of a tree amount to; where BuildKit's versions differ, both ways, the current one first.
    /// </summary>
    /// <exception cref="FileOperationException">A selected path does not exist.</exception>
    public static Task<ImmutableArray<Digest>> ComputeAsync(
        FileTree tree, bool isSynchronized, IReadOnlyList<ChecksumSelection> selections, CancellationToken cancellationToken) => Task.Run(
            () =>
            {
                try
                {
                    using var root = FileSystem.OpenDirectory(tree.Root);
                    var checksum = new TreeChecksum(root, isSynchronized, cancellationToken);
                    var digests = selections.Select(selection => new SelectionChecksum(checksum, root, tree, cancellationToken).Compute(selection)).ToList();
                    return Distinct(Join(digests.Select(digest => digest.Current)), Join(digests.Select(digest => digest.Older)));
                }
                catch (LinuxException e)
                {
                    throw new FileOperationException($"cannot read the files a step depends on: {e.Message}", e);
                }
            },
            cancellationToken);

    private static ImmutableArray<Digest> Distinct(Digest current, Digest older) => current == older ? [current] : [current, older];

    private static Digest Join(IEnumerable<Digest> digests) => Digest.Sha256(Encoding.UTF8.GetBytes(string.Join('\0', digests)));

    /// <summary>A file's checksum, or that of a directory with everything in it.</summary>
    public Digest Of(TreeEntry entry, string path)
    {
        if (entry.Children is null)
            return OfHeader(entry, path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("\0"u8);
        Append(hash, OfHeader(entry, path));
        foreach (var child in entry.Children)
        {
            hash.AppendData("\0"u8);
            hash.AppendData(LinuxPath.GetBytes(child.Name));
            Append(hash, Of(child, TreePath.Join(path, child.Name)));
        }
        return Finish(hash);
    }

    /// <summary>A file's checksum, or a directory's own without what is in it.</summary>
    public Digest OfHeader(TreeEntry entry, string path)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        if (path == "/" && _isSynchronized)
            return Digest.Sha256([]);
        var status = entry.Status;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var handle = status.IsRegular || status.IsDirectory
            ? TreeResolver.TryOpenPlain(_root, path, status.IsDirectory ? OpenFlags.Directory : OpenFlags.NonBlocking)
                ?? throw new FileOperationException($"{path} was removed while it was read")
            : null;
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"namemode{status.Permissions}uid{status.Uid}gid{status.Gid}size{(status.IsRegular ? status.Size : 0)}typeflag{TypeOf(status)}linkname")));
        if (entry.LinkTarget is { } target)
            hash.AppendData(LinuxPath.GetBytes(target));
        var device = status.Type is FileType.CharacterDevice or FileType.BlockDevice ? status.SpecialDevice : default;
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"unamegnamedevmajor{device.Major}devminor{device.Minor}")));
        if (handle is not null)
            AppendAttributes(hash, handle);
        if (status.IsRegular)
            FileContent.AppendTo(hash, handle!, _cancellationToken);
        return Finish(hash);
    }

    private static void AppendAttributes(IncrementalHash hash, SafeFileHandle handle)
    {
        foreach (var name in ExtendedAttributes.List(handle).Where(IsHashed).Order(StringComparer.Ordinal))
        {
            if (ExtendedAttributes.Get(handle, name) is not { } value)
                continue;
            hash.AppendData(LinuxPath.GetBytes(name));
            hash.AppendData(value);
        }
    }

    private static bool IsHashed(string name) =>
        name == SecurityCapability || (ContentAttributes.IsContent(name)
            && !name.StartsWith("security.", StringComparison.Ordinal) && !name.StartsWith("system.", StringComparison.Ordinal));

    private static char TypeOf(FileStatus status) => status.Type switch
    {
        FileType.Directory => '5',
        FileType.SymbolicLink => '2',
        FileType.CharacterDevice => '3',
        FileType.BlockDevice => '4',
        FileType.Fifo => '6',
        _ => '0',
    };

    public static void Append(IncrementalHash hash, Digest digest) => hash.AppendData(Encoding.ASCII.GetBytes(digest.Value));

    public static Digest Finish(IncrementalHash hash)
    {
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        return Digest.FromSha256Hash(result);
    }
}
