using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Caches;

/// <summary>A place with a build that has some of each kind of step, and makes something else whenever it really runs.</summary>
internal static class CachedProject
{
    /// <summary>How many steps are shown as cached where all are.</summary>
    public const int Steps = 7;

    private const string Dockerfile = """
        FROM busybox:1.36 AS build
        WORKDIR /src
        COPY --chown=daemon:root sub/ ./sub/
        RUN --network=none cat sub/file > /built && cat /proc/sys/kernel/random/uuid >> /built
        FROM busybox:1.36
        COPY --from=build /built /out/
        COPY *.txt /texts/
        COPY --link one.txt /linked/
        RUN --network=none --mount=type=bind,target=/ctx --mount=type=cache,target=/cache ls /ctx > /list

        """;

    public static async Task<Workplace> CreateAsync(BaseImageRegistry bases)
    {
        var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", Dockerfile);
        place.Write("sub/file", "of the context\n");
        place.Write("one.txt", "one");
        place.Write("two.txt", "two");
        return place;
    }

    public static Task<string> ReadAsync(this Workplace place, string file) => File.ReadAllTextAsync(Path.Combine(place.Path, file), TestContext.Current.CancellationToken);

    /// <summary>Builds, and does not mind if that fails.</summary>
    public static Task<ToolResult> TryBuildAsync(this Workplace place, params string[] arguments) =>
        place.Tool(Repository.Executable).ExecuteAsync(["build", "--progress=plain", .. arguments, place.Project]);
}
