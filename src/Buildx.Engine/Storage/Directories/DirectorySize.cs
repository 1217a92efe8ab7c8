using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Storage;

/// <summary>Bytes that a directory and everything in it take on disk.</summary>
internal static class DirectorySize
{
    public static long Of(string path)
    {
        using var directory = FileSystem.TryOpenAt(null, path, OpenFlags.Directory | OpenFlags.NoFollow);
        return directory is null ? 0 : Of(directory, []);
    }

    private static long Of(SafeFileHandle directory, HashSet<ulong> linked)
    {
        long size = 0;
        List<string>? inner = null;
        using (var reader = new DirectoryReader(directory))
        {
            while (reader.Read())
            {
                if (!FileSystem.TryGetStatusAt(directory, reader.NameWithTerminator, out var status))
                    continue;
                if (status.IsDirectory)
                    (inner ??= []).Add(reader.Name);
                else if (status.LinkCount > 1 && !linked.Add(status.Inode))
                    continue;
                size += status.Blocks * 512;
            }
        }
        foreach (var name in inner ?? [])
        {
            using var next = FileSystem.TryOpenAt(directory, name, OpenFlags.Directory | OpenFlags.NoFollow);
            if (next is not null)
                size += Of(next, linked);
        }
        return size;
    }
}
