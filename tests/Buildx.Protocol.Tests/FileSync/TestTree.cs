using System.Globalization;
using Buildx.Protocol.FileSync;

namespace Buildx.Protocol.Tests.FileSync;

/// <summary>A directory that is removed with the test.</summary>
internal sealed class TestTree : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("buildx-filesync-").FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public TestTree Add(string relative, string content = "")
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], content);
        return this;
    }

    public TestTree Link(string relative, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.CreateSymbolicLink(this[relative], target);
        return this;
    }

    /// <summary>Everything in it: a line each with path, mode, link name, time and content.</summary>
    public IReadOnlyList<string> Describe(bool withTimes = true)
    {
        using var source = DirectorySource.Open(Path, FileFilter.All, resetOwner: true);
        return [.. source.Walk(CancellationToken.None).Select(stat => string.Create(CultureInfo.InvariantCulture,
            $"{stat.Path} {stat.Mode:x} {stat.Linkname} {(withTimes ? stat.ModTime : 0)} {((stat.Mode & GoFileMode.TypeMask) == 0 ? File.ReadAllText(this[stat.Path]) : "")}"))];
    }

    public IReadOnlyList<string> Paths(FileFilter? filter = null)
    {
        using var source = DirectorySource.Open(Path, filter ?? FileFilter.All, resetOwner: true);
        return [.. source.Walk(CancellationToken.None).Select(stat => stat.Path)];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
