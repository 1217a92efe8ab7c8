using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>What a build takes from standard input.</summary>
public sealed class StandardInputTests(BaseImageRegistry bases)
{
    [Theory]
    [InlineData("cat", false)]
    [InlineData("gzip", false)]
    [InlineData("bzip2", false)]
    [InlineData("xz", false)]
    [InlineData("zstd -q", false)]
    [InlineData("gzip", true)]
    public async Task An_archive_is_the_context(string compress, bool withDockerBuildx)
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("sub/Own.Dockerfile", "FROM scratch\nCOPY data /\n");
        place.Write("data", "of the archive");
        var command = withDockerBuildx
            ? $"{(await DockerBuildxTests.ConnectAsync(place)).Name} build --builder remote"
            : $"{Repository.Executable} build";

        await place.Tool("bash").SucceedAsync("-c", $"set -o pipefail; tar c . | {compress} | {command} -f sub/Own.Dockerfile -o ../out -");

        Assert.Equal("of the archive", await File.ReadAllTextAsync(place.Path + "/out/data", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_Dockerfile_needs_no_context()
    {
        await using var place = await Workplace.CreateAsync(bases);

        var failed = await (place.Tool(Repository.Executable) with { Input = "FROM scratch\nCOPY a /\n" }).ExecuteAsync("build", "-");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("stdin:2\n", failed.Error);
        Assert.Contains("\"/a\": not found in the build context", failed.Error);
    }

    [Theory]
    [InlineData("", "nothing on standard input")]
    [InlineData("FROM scratch\u0000\n", "neither a Dockerfile nor an archive")]
    public async Task Anything_else_is_refused(string input, string message)
    {
        await using var place = await Workplace.CreateAsync(bases);

        var failed = await (place.Tool(Repository.Executable) with { Input = input }).ExecuteAsync("build", "-");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains(message, failed.Error);
    }

    [Fact]
    public async Task A_damaged_archive_and_a_missing_Dockerfile_are_told_in_the_users_words()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM scratch\n");
        await place.Tool("bash").SucceedAsync("-c", "head -c 100000 /dev/urandom > noise; tar cJf ../whole.tar.xz noise Dockerfile; head -c 50000 ../whole.tar.xz > ../half.tar.xz");

        var damaged = await place.Tool("bash").ExecuteAsync("-c", $"{Repository.Executable} build - < ../half.tar.xz");
        var missing = await place.Tool("bash").ExecuteAsync("-c", $"{Repository.Executable} build -f Other - < ../whole.tar.xz");

        Assert.Contains("the archive is damaged", damaged.Error);
        Assert.Contains("there is no \"Other\" in the archive on standard input", missing.Error);
    }
}
