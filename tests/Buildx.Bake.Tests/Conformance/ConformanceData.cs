namespace Buildx.Bake.Tests.Conformance;

/// <summary>Inputs and expected answers that lie beside the repository, never in it.</summary>
internal static class ConformanceData
{
    public static string? Root { get; } = Find();

    /// <summary>Tests of this data fail in CI where it is missing; elsewhere they report that they did not run.</summary>
    public static string Require()
    {
        if (Root is not null)
            return Root;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail("the conformance data is missing: set CONFORMANCE_DATA");
        Assert.Skip("not run: there is no conformance data here (CONFORMANCE_DATA)");
        return "";
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CONFORMANCE_DATA") is { Length: > 0 } given)
            return Directory.Exists(given) ? given : null;
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Buildx.slnx")))
            {
                var data = Path.GetFullPath(Path.Combine(directory.FullName, "..", "shared", "conformance"));
                return Directory.Exists(data) ? data : null;
            }
        }
        return null;
    }
}
