using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Places;

/// <summary>What a cache's objects are called, which is agreed with BuildKit.</summary>
/// <param name="Names">Of the caches, one at least.</param>
/// <param name="ManifestsPrefix">Comes before a cache's name as it is.</param>
/// <param name="BlobsPrefix">Comes before a blob's digest as it is.</param>
internal sealed record ObjectNames(ImmutableArray<string> Names, string ManifestsPrefix, string BlobsPrefix)
{
    private const string DefaultName = "buildkit";

    /// <summary>The names of attribute <c>name</c>: a list with semicolons.</summary>
    public static ImmutableArray<string> ReadNames(CacheAttributes attributes) =>
        attributes.Text("name") is not { } text ? [DefaultName]
        : text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } names ? [.. names.Distinct()]
        : throw attributes.Invalid("name", text, "names with semicolons between them");

    public string Manifest(string name) => ManifestsPrefix + name;

    public string Blob(Digest digest) => BlobsPrefix + digest;
}
