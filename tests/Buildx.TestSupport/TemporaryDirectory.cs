namespace Buildx.TestSupport;

/// <summary>A directory that goes away with the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    // In small letters: Podman takes the path of a layout for a name.
    public TemporaryDirectory() => Path = Directory.CreateDirectory(
        System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"buildx-test-{Guid.NewGuid():n}"[..24]), (UnixFileMode)0b111_000_000).FullName;

    public string Path { get; }

    /// <summary>Writes a file, making the directories above it.</summary>
    /// <returns>Its absolute path.</returns>
    public string Write(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Ends mounts below it that the programs which made them have left.</summary>
    public async Task UnmountAsync()
    {
        var mounts = (await File.ReadAllLinesAsync("/proc/self/mounts"))
            .Select(line => line.Split(' ')[1])
            .Where(path => path.StartsWith(Path + "/", StringComparison.Ordinal))
            .OrderByDescending(path => path.Length);
        foreach (var path in mounts)
            await new Tool("umount").ExecuteAsync("-l", path);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    public override string ToString() => Path;
}
