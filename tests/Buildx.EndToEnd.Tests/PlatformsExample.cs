using System.Text.Json;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>The project examples/platforms: on each platform a step writes the machine's name.</summary>
internal static class PlatformsExample
{
    public const string Platforms = "linux/386,linux/amd64,linux/arm/v5,linux/arm/v7,linux/arm64/v8,linux/mips64le,linux/ppc64le,linux/s390x";

    private static readonly Dictionary<string, string> Machines = new()
    {
        ["386"] = "i686|x86_64|i386",
        ["amd64"] = "x86_64",
        ["arm/v5"] = "armv7l|armv5tel|armv8l",
        ["arm/v7"] = "armv7l|armv8l",
        ["arm64"] = "aarch64",
        ["mips64le"] = "mips64",
        ["ppc64le"] = "ppc64le",
        ["s390x"] = "s390x",
    };

    public static string Directory => Path.Combine(Repository.Root, "examples/platforms");

    /// <param name="image">As skopeo names it.</param>
    /// <param name="digest">Of its index.</param>
    /// <param name="credentials"><c>NAME:PASSWORD</c>.</param>
    public static async Task CheckAsync(string image, string digest, string? credentials = null)
    {
        using var directory = new TemporaryDirectory();
        var layout = directory.Path;
        string[] login = credentials is null ? [] : ["--src-creds", credentials];
        await Tool.RunAsync("skopeo", ["copy", "--all", "--preserve-digests", .. login, "--src-tls-verify=false", image, $"oci:{layout}:app"]);
        using var top = JsonDocument.Parse(await File.ReadAllTextAsync(layout + "/index.json"));
        Assert.Equal(digest, top.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString());
        using var index = Blob(layout, digest);
        // Each has its provenance beside it.
        var manifests = index.RootElement.GetProperty("manifests").EnumerateArray()
            .Where(manifest => manifest.GetProperty("platform").GetProperty("os").GetString() != "unknown").ToList();
        Assert.Equal(8, manifests.Count);
        foreach (var manifest in manifests)
        {
            var platform = manifest.GetProperty("platform");
            var name = platform.GetProperty("architecture").GetString() + (platform.TryGetProperty("variant", out var variant) && variant.GetString() != "v8" ? "/" + variant.GetString() : "");
            using var content = Blob(layout, manifest.GetProperty("digest").GetString()!);
            var layer = content.RootElement.GetProperty("layers").EnumerateArray().Last().GetProperty("digest").GetString()!;
            var written = await Tool.RunAsync("tar", "-xzOf", $"{layout}/blobs/{layer.Replace(':', '/')}", "platform");
            Assert.Contains(written.Trim().Split(' ')[^1], Machines[name].Split('|'));
        }
    }

    private static JsonDocument Blob(string layout, string digest) => JsonDocument.Parse(File.ReadAllText($"{layout}/blobs/{digest.Replace(':', '/')}"));
}
