using Buildx.Bake.Hcl;
using Buildx.TestSupport;

namespace Buildx.Bake.Tests.Hcl;

/// <summary>The bake files of upstream's tests, read as HCL.</summary>
public sealed class ConformanceFilesTests
{
    private static string Directory =>
        Path.Combine(Environment.GetEnvironmentVariable("CONFORMANCE_DATA") ?? Path.Combine(RepositoryRoot.Path, "..", "shared", "conformance"), "bake");

    // Patterns of upstream's tests, in which %s was to be replaced, and one that is meant to be broken.
    private static readonly string[] Broken = ["013-", "015-", "017-", "075-", "077-", "131-"];

    public static TheoryData<string> Files => [.. System.IO.Directory.EnumerateFiles(Directory, "*.hcl").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Upstreams_bake_files_are_read_without_a_complaint(string file)
    {
        var read = HclFile.Parse(File.ReadAllText(Path.Combine(Directory, file)), file);
        if (Broken.Any(start => file.StartsWith(start, StringComparison.Ordinal)))
            Assert.NotEmpty(read.Diagnostics);
        else
            Assert.Equal([], read.Diagnostics.Select(diagnostic => diagnostic.ToString()));
    }
}
