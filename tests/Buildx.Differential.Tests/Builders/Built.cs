using Buildx.TestSupport;

namespace Buildx.Differential.Tests.Builders;

/// <summary>What <c>./test</c> makes before these tests run.</summary>
internal static class Built
{
    /// <summary>$BUILDX_EXECUTABLE, else out/buildx.</summary>
    public static string Executable { get; } = Require(
        Environment.GetEnvironmentVariable("BUILDX_EXECUTABLE") is { Length: > 0 } given ? given : Path.Combine(RepositoryRoot.Path, "out/buildx"), "./test compiles it");

    /// <summary>The OCI layout that images/base/make made.</summary>
    public static string BaseImages => Path.GetDirectoryName(Require(Path.Combine(RepositoryRoot.Path, "out/base-images/index.json"), "images/base/make out/base-images makes it"))!;

    private static string Require(string path, string remedy) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: {remedy}");
}
