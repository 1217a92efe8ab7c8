namespace Buildx.Bake.Entitlements;

/// <summary>What is asked for, in words and as the flags that would allow it.</summary>
public static class EntitlementText
{
    public static IReadOnlyList<(string Words, string Flag)> Describe(Permissions missing, string workingDirectory)
    {
        var items = new List<(string, string)>();
        if (missing.NetworkHost)
            items.Add(("steps that use the network of this machine", "network.host"));
        if (missing.SecurityInsecure)
            items.Add(("steps with all privileges, which can change this machine", "security.insecure"));
        if (missing.AllDevices)
            items.Add(("steps that use devices of this machine", "device"));
        foreach (var device in missing.Devices)
            items.Add(($"steps that use the device {device}", $"device={device}"));
        if (missing.LocalDelete)
            items.Add(("deleting files from output directories that the build does not make", "buildx.local.delete"));
        if (missing.Ssh)
            items.Add(("the ssh agent, with all keys in it", "ssh"));
        var directory = RealPath.Resolve(workingDirectory).Whole;
        foreach (var path in missing.Reads.Union(missing.Writes).Order(StringComparer.Ordinal))
        {
            var shown = Shorten(path, directory);
            var (reads, writes) = (missing.Reads.Contains(path), missing.Writes.Contains(path));
            items.Add(reads && writes ? ($"reading and writing {shown}", $"fs={shown}") : reads ? ($"reading {shown}", $"fs.read={shown}") : ($"writing {shown}", $"fs.write={shown}"));
        }
        return items;
    }

    /// <summary>Relative, where that is at most one directory up.</summary>
    private static string Shorten(string path, string directory)
    {
        var relative = Path.GetRelativePath(directory, path);
        return relative.StartsWith("../..", StringComparison.Ordinal) ? path : relative;
    }
}
