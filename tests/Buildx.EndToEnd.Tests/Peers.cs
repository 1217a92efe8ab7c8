namespace Buildx.EndToEnd.Tests;

/// <summary>The executable under test and the real programs it is tested with.</summary>
internal static class Peers
{
    public static string Root { get; } = FindRoot();

    /// <summary>$BUILDX_EXECUTABLE, else out/buildx.</summary>
    public static string Buildx { get; } = Require(
        Environment.GetEnvironmentVariable("BUILDX_EXECUTABLE") is { Length: > 0 } given ? given : Path.Combine(Root, "out/buildx"), "./test compiles it");

    /// <summary>The Docker CLI that bench/fetch-peers brought.</summary>
    public static string DockerCli => Require(Path.Combine(Root, ".peers/bin/docker"), "bench/fetch-peers .peers brings it");

    public static string DockerDaemon => Require(Path.Combine(Root, ".peers/bin/dockerd"), "bench/fetch-peers .peers brings it");

    /// <summary>The OCI layout that images/base/make made.</summary>
    public static string BaseImages => Path.GetDirectoryName(Require(Path.Combine(Root, "out/base-images/index.json"), "images/base/make out/base-images makes it"))!;

    private static string Require(string path, string remedy) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: {remedy}");

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Buildx.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("no Buildx.slnx above " + AppContext.BaseDirectory);
    }
}
