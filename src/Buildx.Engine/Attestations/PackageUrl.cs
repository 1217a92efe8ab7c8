using Buildx.Oci;

namespace Buildx.Engine.Attestations;

/// <summary>Images as package URLs, e.g. <c>pkg:docker/busybox@1.36?platform=linux%2Famd64</c>.</summary>
internal static class PackageUrl
{
    public static string Of(ImageReference reference, Platform? platform, string type = "docker")
    {
        var named = reference.Tag is null && reference.Digest is null ? reference.WithDefaultTag() : reference;
        var familiar = named.FamiliarName;
        var end = familiar.IndexOf('@', StringComparison.Ordinal);
        if (end >= 0)
            familiar = familiar[..end];
        if (named.Tag is { } tag && familiar.EndsWith(":" + tag, StringComparison.Ordinal))
            familiar = familiar[..^(tag.Length + 1)];
        var qualifiers = new List<string>();
        if (named.Digest is { } digest)
            qualifiers.Add("digest=" + Escape(digest.Value));
        if (platform is not null)
            qualifiers.Add("platform=" + Escape(platform.Normalize().ToString()));
        return $"pkg:{type}/{string.Join('/', familiar.Split('/').Select(Escape))}{(named.Tag is { } version ? "@" + Escape(version) : "")}"
            + (qualifiers.Count > 0 ? "?" + string.Join('&', qualifiers) : "");
    }

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
