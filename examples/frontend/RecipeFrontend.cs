using System.Text;
using Buildx.Client.Frontends;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Examples.Frontend;

/// <summary>Reads the recipe, makes a graph of it for each platform, and returns what they become.</summary>
internal static class RecipeFrontend
{
    public static async Task<FrontendOutcome> BuildAsync(FrontendBuild build, CancellationToken cancellationToken)
    {
        var fileName = build.Options.GetValueOrDefault("filename", "Dockerfile");
        var file = build.Local(
            "dockerfile",
            new VertexOptions { Name = "[internal] load recipe" },
            new LocalSourceOptions { FollowPaths = [fileName], SharedKeyHint = "recipe", Differ = "none" });
        var tree = await build.SolveAsync(file, cancellationToken);
        var recipe = Recipe.Parse(Encoding.UTF8.GetString((await tree.ReadFileAsync(fileName, cancellationToken: cancellationToken)).Span), fileName);
        if (build.Options.TryGetValue("build-arg:FAIL", out var how))
            Fail(how);
        if (recipe.Steps.Count == 0)
            await build.WarnAsync("the recipe has no steps", $"{fileName} makes an empty image", cancellationToken: cancellationToken);

        var native = build.Workers[0].Platforms[0];
        if (!build.Options.TryGetValue("platform", out var wanted) || wanted.Length == 0)
        {
            var (output, config) = await ConvertAsync(recipe, native, build, cancellationToken);
            return new FrontendOutcome(await build.SolveAsync(output, cancellationToken), config);
        }
        var outcome = new FrontendOutcome();
        foreach (var platform in wanted.Split(',').Select(Platform.Parse))
        {
            var (output, config) = await ConvertAsync(recipe, platform, build, cancellationToken);
            outcome.Add(platform, await build.SolveAsync(output, cancellationToken), config);
        }
        return outcome;
    }

    private static async Task<(LlbOutput? Output, ImageConfig Config)> ConvertAsync(
        Recipe recipe, Platform platform, FrontendBuild build, CancellationToken cancellationToken)
    {
        LlbOutput? output = null;
        var config = new ImageConfig { Os = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant, Config = new ContainerConfig() };
        foreach (var step in recipe.Steps)
        {
            switch (step)
            {
                case From from:
                    var image = ImageReference.Parse(from.Image).WithDefaultTag();
                    var (digest, json) = await build.ResolveImageAsync(image, platform, cancellationToken);
                    config = OciJson.ParseConfig(json.Span);
                    output = LlbSource.Image(image.WithDigest(digest), new VertexOptions { Platform = platform, Name = $"from {from.Image}" });
                    break;
                case Run run:
                    output = LlbExec.Create(
                        new ExecSpecification { Root = output, Arguments = ["/bin/sh", "-c", run.Command], Environment = ["PATH=/usr/bin:/bin"] },
                        new VertexOptions { Platform = platform, Name = $"run {run.Command}" });
                    break;
                case WriteFile write:
                    output = new LlbFile(output)
                        .MakeFile(write.Path, 0b110_100_100, Encoding.UTF8.GetBytes(write.Text + "\n"))
                        .ToOutput(new VertexOptions { Name = $"file {write.Path}" });
                    break;
                case Take take:
                    var context = build.Local("context", new VertexOptions { Name = "[internal] load context" });
                    output = new LlbFile(output)
                        .Copy(context, take.Pattern, take.Directory + "/", new CopyOptions { AllowWildcard = true, CreateDestination = true })
                        .ToOutput(new VertexOptions { Name = $"take {take.Pattern}" });
                    break;
            }
        }
        return (output, config);
    }

    /// <summary>For trying what a client shows when a frontend breaks.</summary>
    private static void Fail(string how)
    {
        switch (how)
        {
            case "crash":
                Console.Error.WriteLine("the recipe frontend was told to crash");
                Environment.Exit(42);
                break;
            case "silence":
                Environment.Exit(0);
                break;
            default:
                throw new InvalidOperationException($"the recipe frontend was told to fail: {how}");
        }
    }
}
