using System.Buffers.Binary;
using System.Security.Cryptography;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Oci;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.ContentHashing;

/// <summary>
/// Hashes selected parts of trees: names as a copy would place them, modes, owners, attributes, links, devices and content.
/// Times do not count. The same content has the same hash in whatever tree it lies.
/// </summary>
internal sealed class ContentHasher(FileHashCache cache)
{
    private const int MaxAttempts = 8;
    private const long OverlayMagic = 0x794c7630;
    private const byte FileMark = 1;
    private const byte EndMark = 0;

    /// <exception cref="FileOperationException">A selected path does not exist, or a file kept changing.</exception>
    public Task<ContentHash> HashAsync(FileTree tree, IReadOnlyList<ContentSelection> selections, CancellationToken cancellationToken) =>
        Task.Run(() => Run(tree, selections, cancellationToken), cancellationToken);

    private ContentHash Run(FileTree tree, IReadOnlyList<ContentSelection> selections, CancellationToken cancellationToken)
    {
        try
        {
            using var root = FileSystem.OpenDirectory(tree.Root);
            using var content = new HashWriter();
            // Overlay mounts get another device number each time, but show the inodes of the file system below.
            ulong? device = FileSystem.GetKind(tree.Root) == OverlayMagic ? OverlayMagic : null;
            var files = new List<HashedFile>();
            foreach (var selection in selections)
                Hash(root, tree, device, selection, content, files, cancellationToken);
            return new ContentHash(content.ToDigest(), files);
        }
        catch (LinuxException exception)
        {
            throw new FileOperationException($"cannot read the files a step depends on: {exception.Message}", exception);
        }
    }

    private void Hash(
        SafeFileHandle root, FileTree tree, ulong? device, ContentSelection selection,
        HashWriter content, List<HashedFile> counted, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> paths = selection.AllowWildcard
            ? TreeGlob.Expand(root, tree, selection.Path, cancellationToken)
            : [selection.Path];
        TreeFilter? filter;
        try
        {
            filter = TreeFilter.Create(selection.IncludePatterns, selection.ExcludePatterns);
        }
        catch (FormatException exception)
        {
            throw new FileOperationException(exception.Message, exception);
        }
        var required = selection.RequiredPaths.ToHashSet();
        foreach (var path in paths)
        {
            var resolved = TreeResolver.Resolve(root, path, selection.FollowSymlink);
            var entry = resolved is null ? null : new TreeScanner(root, tree, filter).Scan(resolved, cancellationToken);
            if (entry is null)
            {
                if (!selection.IsOptional)
                    throw new FileOperationException($"\"{path}\": not found");
                continue;
            }
            var files = Flatten(entry, resolved!, selection.ContentsOnly && entry.Children is not null ? "" : TreePath.NameOf(path));
            if (required.Count > 0)
                CheckRequired(required, files, TreePath.Clean(path));
            HashFiles(root, tree, device, files, cancellationToken);
            foreach (var file in files)
            {
                if (file.Name.Length == 0 && selection.ContentsOnly)
                    continue;
                Write(file, content);
                counted.Add(file);
            }
        }
        if (required.Count > 0)
            throw new FileOperationException($"\"{required.First()}\": not found");
        content.Write(EndMark);
    }

    /// <summary>In a form that no two different lists share.</summary>
    private static void Write(HashedFile file, HashWriter content)
    {
        var status = file.Read ?? file.Entry.Status;
        content.Write(FileMark);
        content.Write(file.Read is { } read ? (file.Entry.Status.Mode & ~0xfffu) | read.Permissions : status.Mode);
        content.Write(file.Entry.Status.Uid);
        content.Write(file.Entry.Status.Gid);
        content.Write(status.SpecialDevice.Major);
        content.Write(status.SpecialDevice.Minor);
        content.Write(file.Name);
        content.Write(file.Entry.LinkTarget ?? "");
        content.Write(status.IsRegular ? status.Size : 0);
        content.Write(file.Hash.Content);
        content.Write(file.Hash.Attributes);
    }

    private static List<HashedFile> Flatten(TreeEntry top, string path, string name)
    {
        var files = new List<HashedFile>();
        Visit(top, path, name);
        return files;

        void Visit(TreeEntry entry, string entryPath, string entryName)
        {
            files.Add(new HashedFile(entry, entryPath, entryName));
            if (entry.Children is null)
                return;
            foreach (var child in entry.Children)
                Visit(child, TreePath.Join(entryPath, child.Name), entryName.Length == 0 ? child.Name : entryName + "/" + child.Name);
        }
    }

    private static void CheckRequired(HashSet<string> required, List<HashedFile> files, string path)
    {
        var prefix = files[0].Path;
        required.RemoveWhere(wanted => files.Exists(file =>
            TreePath.Clean(path + "/" + file.Path[prefix.Length..]).StartsWith(wanted, StringComparison.Ordinal)));
    }

    private void HashFiles(SafeFileHandle root, FileTree tree, ulong? device, List<HashedFile> files, CancellationToken cancellationToken)
    {
        var missing = new List<HashedFile>();
        foreach (var file in files)
        {
            if (!file.Entry.Status.IsRegular && !file.Entry.Status.IsDirectory)
                continue;
            if (cache.TryGet(FileIdentity.Of(file.Entry.Status, device), out var hash))
                file.Hash = hash;
            else
                missing.Add(file);
        }
        if (missing.Count == 1)
        {
            HashFile(root, tree, device, missing[0], cancellationToken);
            return;
        }
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        TreeScanner.Run(() => Parallel.ForEach(missing, options, file => HashFile(root, tree, device, file, cancellationToken)));
    }

    private void HashFile(SafeFileHandle root, FileTree tree, ulong? device, HashedFile file, CancellationToken cancellationToken)
    {
        var isDirectory = file.Entry.Status.IsDirectory;
        for (var attempt = 1; ; attempt++)
        {
            var began = cache.Now;
            using var handle = TreeResolver.TryOpenPlain(root, file.Path, isDirectory ? OpenFlags.Directory : OpenFlags.NonBlocking)
                ?? throw new FileOperationException($"{file.Path} was removed while it was read");
            var before = FileSystem.GetStatus(handle);
            if (before.Type != file.Entry.Status.Type)
                throw new FileOperationException($"{file.Path} was replaced by something else while it was read");
            var hash = new FileHash(isDirectory ? default : HashContent(handle, cancellationToken), HashAttributes(handle));
            var after = FileSystem.GetStatus(handle);
            if (tree.IsLive && FileIdentity.Of(before, device) != FileIdentity.Of(after, device) && !isDirectory)
            {
                if (attempt == MaxAttempts)
                    throw new FileOperationException($"{file.Path} kept changing while it was read; exclude it in .dockerignore, or build when nothing writes to it");
                continue;
            }
            file.Hash = hash;
            if (!isDirectory)
                file.Read = before;
            cache.Add(FileIdentity.Of(before, device), hash, began);
            return;
        }
    }

    private static Hash256 HashContent(SafeFileHandle handle, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        FileContent.AppendTo(hash, handle, cancellationToken);
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        return Hash256.From(result);
    }

    private static Hash256 HashAttributes(SafeFileHandle handle)
    {
        var names = ExtendedAttributes.List(handle);
        if (names.Count == 0)
            return default;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var any = false;
        Span<byte> length = stackalloc byte[8];
        foreach (var name in names.Where(ContentAttributes.IsContent).Order(StringComparer.Ordinal))
        {
            if (ExtendedAttributes.Get(handle, name) is not { } value)
                continue;
            any = true;
            var bytes = LinuxPath.GetBytes(name);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            BinaryPrimitives.WriteInt32LittleEndian(length[4..], value.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
            hash.AppendData(value);
        }
        if (!any)
            return default;
        Span<byte> result = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(result);
        return Hash256.From(result);
    }
}
