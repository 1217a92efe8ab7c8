using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Frontends;

/// <summary>The frontend of <c>examples/frontend</c> as an image in the test's registry.</summary>
internal static partial class RecipeFrontend
{
    private static readonly Lazy<Task<string>> Program = new(PublishAsync);

    /// <returns>The image's name.</returns>
    public static async Task<string> PushAsync(Workplace place, BaseImageRegistry bases, string capabilities = "moby.buildkit.frontend.inputs,moby.buildkit.frontend.contexts")
    {
        var program = await Program.Value;
        var context = Path.Combine(place.Path, "frontend-image");
        Directory.CreateDirectory(context);
        File.Copy(program, Path.Combine(context, "recipe-frontend"), overwrite: true);
        // The libraries that it is linked with, and the one that .NET loads for digests, where it looks for them.
        var loaded = LoadedPattern().Matches(await Tool.RunAsync("/sbin/ldconfig", "-p"));
        foreach (var library in LinkedPattern().Matches(await Tool.RunAsync("ldd", program)).Concat(loaded))
        {
            var target = context + library.Value;
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(library.Value, target, overwrite: true);
        }
        File.WriteAllText(Path.Combine(place.Path, "frontend.Dockerfile"), $"""
            FROM scratch
            LABEL moby.buildkit.frontend.caps="{capabilities}" moby.buildkit.frontend.network.none="true"
            COPY . /
            ENTRYPOINT ["/recipe-frontend"]
            """);
        var name = $"{bases.Server.Host}/recipe-frontend:{Guid.NewGuid():n}";
        await place.BuildxAsync("build", "--progress=plain", "-f", Path.Combine(place.Path, "frontend.Dockerfile"), "-t", name, "--push", context);
        return name;
    }

    private static async Task<string> PublishAsync()
    {
        var output = Path.Combine(Repository.Root, "out", "frontend");
        await new Tool("dotnet") { Timeout = TimeSpan.FromMinutes(10) }.SucceedAsync(
            "publish", Path.Combine(Repository.Root, "examples/frontend"), "-c", "Release", "--use-current-runtime", "-o", output, "-v", "quiet");
        return Path.Combine(output, "recipe-frontend");
    }

    [GeneratedRegex(@"/\S+(?= \(0x)")]
    private static partial Regex LinkedPattern();

    [GeneratedRegex(@"/\S+/lib(ssl|crypto)\.so\.3$", RegexOptions.Multiline)]
    private static partial Regex LoadedPattern();
}
