namespace Buildx.EndToEnd.Tests;

/// <summary>
/// What the Dockerfile frontend inside Docker Engine does not know yet, so that the differential suite has no cases for it: here the
/// Dockerfile reference says what comes out.
/// </summary>
public sealed class NewestSyntaxTests(BaseImageRegistry bases)
{
    [Theory]
    [InlineData("COPY --parents x/a.txt y/a.txt /to/", "/to/x/a.txt /to/y/a.txt")]
    [InlineData("COPY --parents x y/d /to/", "/to/x/a.txt /to/x/b.md /to/y/d/e/c.txt")]
    [InlineData("COPY --parents ./y/./d/e/c.txt /to/", "/to/d/e/c.txt")]
    [InlineData("COPY --parents ./y/./**/*.txt ./x/./*.md /to/", "/to/a.txt /to/b.md /to/d/e/c.txt")]
    [InlineData("COPY --parents */a.txt /to/", "/to/x/a.txt /to/y/a.txt")]
    [InlineData("COPY --parents **/c.txt /to/", "/to/y/d/e/c.txt")]
    [InlineData("COPY --parents --from=files /deep/./in/here /to/", "/to/in/here")]
    [InlineData("COPY --parents --exclude=**/*.txt x y /to/", "/to/x/b.md")]
    [InlineData("COPY --link --parents y/d/e /to/", "/to/y/d/e/c.txt")]
    public async Task Parents_keep_the_directories_behind_the_pivot(string instruction, string files)
    {
        await using var place = await Workplace.CreateAsync(bases);
        foreach (var name in new[] { "x/a.txt", "x/b.md", "y/a.txt", "y/d/e/c.txt" })
            place.Write(name, name);
        place.Write("Dockerfile", $"""
            FROM busybox:1.36 AS files
            RUN mkdir -p /deep/in && echo x >/deep/in/here
            FROM busybox:1.36
            {instruction}
            RUN find /to -type f | sort >/list
            """);

        await place.BuildxAsync("build", "-o", "out", ".");

        Assert.Equal(files, (await File.ReadAllTextAsync(Path.Combine(place.Project, "out/list"), TestContext.Current.CancellationToken)).Trim().Replace('\n', ' '));
    }

    [Theory]
    [InlineData("COPY --chmod=u=rwX,go=rX tree /to/", "/to 755,/to/d 755,/to/d/plain 644,/to/tool 755")]
    [InlineData("COPY --chmod=go-rwx tree /to/", "/to 755,/to/d 700,/to/d/plain 600,/to/tool 700")]
    [InlineData("COPY --link --chmod=a+x,u+s tree/tool /to/", "/to 755,/to/tool 4755")]
    [InlineData("ADD --chmod=u=rwX,g=u-w,o= tree /to/", "/to 755,/to/d 750,/to/d/plain 640,/to/tool 750")]
    [InlineData("COPY --chmod=a=r <<EOF /to/made\nx\nEOF", "/to 755,/to/made 444")]
    public async Task Permissions_may_be_changed_in_letters(string instruction, string modes)
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("tree/d/plain", "x");
        place.Write("tree/tool", "x");
        await place.Tool("chmod").SucceedAsync("644", "tree/d/plain");
        await place.Tool("chmod").SucceedAsync("755", "tree/d", "tree/tool");
        place.Write("Dockerfile", $"FROM busybox:1.36\n{instruction}\nRUN find /to -exec stat -c '%n %a' {{}} + | sort >/list\n");

        await place.BuildxAsync("build", "-o", "out", ".");

        Assert.Equal(modes, (await File.ReadAllTextAsync(Path.Combine(place.Project, "out/list"), TestContext.Current.CancellationToken)).Trim().Replace('\n', ','));
    }

    [Fact]
    public async Task What_no_letters_mean_is_refused_at_its_place()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("f", "x");
        place.Write("Dockerfile", "FROM busybox:1.36\nCOPY --chmod=u=q f /\n");

        var refused = await place.Tool(Repository.Executable).ExecuteAsync("build", ".");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Dockerfile:2", refused.Error, StringComparison.Ordinal);
        Assert.Contains("u=q", refused.Error, StringComparison.Ordinal);
    }
}
