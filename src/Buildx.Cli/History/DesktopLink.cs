namespace Buildx.Cli.History;

/// <summary>Docker Desktop's view of builds.</summary>
internal static class DesktopLink
{
    private const string Socket = "docker-desktop-build.sock";

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Whether Docker Desktop watches the builds of this machine.</summary>
    public static bool IsInUse => Home.Length > 0 && File.Exists(Path.Combine(Home, ".docker/desktop-build/.lastaccess"));

    /// <summary>Where it takes bundles.</summary>
    public static string SocketPath => Path.Combine(Home, ".docker/desktop", Socket);

    public static string Of(string build) => $"docker-desktop://dashboard/build/{build}";

    /// <summary>A text that terminals open when it is clicked.</summary>
    public static string Clickable(string link, string text) => $"\e]8;;{link}\e\\{text}\e]8;;\e\\";

    /// <summary>What is printed below a build.</summary>
    /// <param name="builds">By target.</param>
    public static void Write(TextWriter output, IReadOnlyDictionary<string, string> builds, bool isTerminal)
    {
        if (builds.Count == 0)
            return;
        output.Write("\nView build details: ");
        foreach (var (target, build) in builds.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var link = Of(build);
            output.Write($"{(builds.Count > 1 ? $"\n  {target}: " : "")}{(isTerminal ? Clickable(link, link) : link)}");
        }
        output.WriteLine();
    }
}
