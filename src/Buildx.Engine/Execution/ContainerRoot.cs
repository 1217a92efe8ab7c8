using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Execution;

/// <summary>A container's root directory, in which every path is resolved as the container would.</summary>
internal sealed class ContainerRoot(string path) : IDisposable
{
    private const int LargestUserFile = 10 << 20;

    private readonly SafeFileHandle _root = FileSystem.OpenDirectory(path);

    public string Path => path;

    /// <returns>Null when nothing is there, or it isn't a directory.</returns>
    public SafeFileHandle? TryOpenDirectory(string inside) => FileSystem.TryOpenIn(_root, inside, OpenFlags.Directory);

    public bool Exists(string inside)
    {
        using var handle = FileSystem.TryOpenIn(_root, inside, OpenFlags.Path);
        return handle is not null;
    }

    /// <returns>Null when it isn't there.</returns>
    public string? TryReadText(string inside)
    {
        // Not blocking: a pipe of that name must not hold the build up.
        using var handle = FileSystem.TryOpenIn(_root, inside, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        if (handle is null || !FileSystem.GetStatus(handle).IsRegular)
            return null;
        if (RandomAccess.GetLength(handle) > LargestUserFile)
            throw new ExecutionException($"{inside} in the image is larger than {LargestUserFile >> 20} MB");
        using var reader = new StreamReader(new FileStream(handle, FileAccess.Read, bufferSize: 0));
        return reader.ReadToEnd();
    }

    /// <summary>Makes the directories that are missing.</summary>
    /// <param name="made">Called for each one, with its parent (open for the length of the call) and its name.</param>
    /// <exception cref="LinuxException">Something in the way isn't a directory, or the root is read-only.</exception>
    public void MakeDirectories(string inside, Action<SafeFileHandle, string>? made)
    {
        var parent = OpenExisting("/");
        try
        {
            var prefix = "";
            foreach (var name in inside.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                prefix += "/" + name;
                var next = TryOpenDirectory(prefix);
                if (next is null)
                {
                    if (FileSystem.LastError != Errno.ENOENT || name is "." or "..")
                        throw LinuxException.FromLastError("openat2", prefix);
                    const uint mode = 0x1ed;
                    FileSystem.MakeDirectoryAt(parent, name, mode);
                    made?.Invoke(parent, name);
                    next = OpenExisting(prefix);
                }
                parent.Dispose();
                parent = next;
            }
        }
        finally
        {
            parent.Dispose();
        }
    }

    public void Dispose() => _root.Dispose();

    private SafeFileHandle OpenExisting(string inside) =>
        TryOpenDirectory(inside) ?? throw LinuxException.FromLastError("openat2", inside);
}
