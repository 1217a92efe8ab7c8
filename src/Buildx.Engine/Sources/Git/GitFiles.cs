using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Sources.Git;

/// <summary>What is done to the files of a checkout. Nothing here follows a link.</summary>
internal static class GitFiles
{
    /// <summary>Removes the files that tell where submodules' repositories are: those are gone when the checkout is done.</summary>
    public static void RemoveRepositoryLinks(string path) => Walk(path, (directory, entry) =>
    {
        // git lets nobody commit a file of this name.
        if (entry.Name == ".git")
            FileSystem.RemoveTreeAt(directory, entry.Name);
    });

    public static void SetTimes(string path, DateTimeOffset time)
    {
        var modified = FileTime.From(time);
        Walk(path, (directory, entry) => FileSystem.SetTimesAt(directory, entry.Name, modified, modified));
        FileSystem.SetTimesAt(null, path, modified, modified);
    }

    /// <summary>Each directory's content comes before the directory.</summary>
    private static void Walk(string path, Action<SafeFileHandle, DirectoryEntry> visit)
    {
        using var directory = FileSystem.OpenDirectory(path);
        Walk(directory, visit);
    }

    private static void Walk(SafeFileHandle directory, Action<SafeFileHandle, DirectoryEntry> visit)
    {
        foreach (var entry in DirectoryReader.ReadAll(directory))
        {
            using (var inner = FileSystem.TryOpenAt(directory, entry.Name, OpenFlags.Directory | OpenFlags.NoFollow))
            {
                if (inner is not null)
                    Walk(inner, visit);
            }
            visit(directory, entry);
        }
    }
}
