namespace Buildx.TestSupport;

/// <summary>Inputs and expected answers that lie beside the repository, never in it.</summary>
public static class ConformanceData
{
    /// <summary>How xunit.v3 is told that a test did not run, by an exception of any type.</summary>
    private const string Skip = "$XunitDynamicSkip$";

    private static readonly string? Root = Find();

    /// <summary>Tests of this data fail in CI where it is missing; elsewhere they report that they did not run.</summary>
    public static string Require() => Root is not null ? Root
        : Environment.GetEnvironmentVariable("CI") == "true" ? throw new DirectoryNotFoundException("the conformance data is missing: set CONFORMANCE_DATA")
        : throw new DirectoryNotFoundException($"{Skip}not run: there is no conformance data here (CONFORMANCE_DATA)");

    private static string? Find()
    {
        var directory = Environment.GetEnvironmentVariable("CONFORMANCE_DATA") is { Length: > 0 } given
            ? given
            : Path.GetFullPath(Path.Combine(RepositoryRoot.Path, "..", "shared", "conformance"));
        return Directory.Exists(directory) ? directory : null;
    }
}
