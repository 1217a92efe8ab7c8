using Buildx.Oci;

namespace Buildx.Cli.Values;

/// <summary>Repeated <c>--platform</c> flags, each with one or more platforms.</summary>
internal static class PlatformList
{
    /// <exception cref="CliException">One of them is not a platform.</exception>
    public static IReadOnlyList<Platform> Parse(IEnumerable<string> values)
    {
        var platforms = new List<Platform>();
        foreach (var text in values.SelectMany(value => value.Split(',')))
        {
            var name = text.Trim();
            if (name.Length == 0)
                continue;
            var platform = name == "local" ? Platform.Host
                : Platform.TryParse(name.TrimEnd('*'), out var parsed) ? parsed
                : throw new CliException($"--platform: \"{name}\" is not a platform (want os/arch[/variant], e.g. linux/amd64, linux/arm/v7)");
            if (!platforms.Contains(platform))
                platforms.Add(platform);
        }
        return platforms;
    }
}
