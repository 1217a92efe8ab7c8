using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Buildx.Engine.Sources.Git;
using Buildx.Engine.Sources.Http;
using Buildx.Engine.Sources.Image;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Keys;

/// <summary>What BuildKit calls sources by what they are, in its cache keys. A client's directory has no such name: only its content counts.</summary>
internal static class SourceKeys
{
    /// <summary>An image goes by the digest it was asked for by, and by its layers alone.</summary>
    public static ImmutableArray<string> Of(ImageSourceRequest request, ResolvedImage image)
    {
        var platform = request.Platform;
        var json = new GoJson().Object(fields =>
        {
            fields.Name("Digest").Text(image.Digest.Value).Name("OS").Text(platform.Os).Name("Arch").Text(platform.Architecture)
                .Field("Variant", platform.Variant ?? "").Field("OSVersion", platform.OsVersion ?? "");
            if (request.LayerLimit is { } limit)
                fields.Name("Limit").Number(limit);
        });
        var manifest = Hash(json);
        var diffIds = image.Config.RootFs?.DiffIds ?? [];
        return diffIds.Count == 0 ? [manifest] : [manifest, ChainOf(diffIds.Take(request.LayerLimit ?? diffIds.Count))];
    }

    public static ImmutableArray<string> Of(GitSourceRequest request, GitCommit commit)
    {
        var key = new StringBuilder(request.KeepGitDirectory ? commit.Object : commit.Commit);
        if (request.KeepGitDirectory)
            key.Append(".git").Append(commit.Reference.Length > 0 ? "#" + commit.Reference : "");
        if (request.Subdirectory.Length > 0)
            key.Append(':').Append(request.Subdirectory);
        if (request.SkipSubmodules)
            key.Append("(skip-submodules)");
        if (request.UseCommitTime)
            key.Append("(mtime=commit)");
        return [key.ToString()];
    }

    public static ImmutableArray<string> Of(HttpSourceRequest request, HttpFile file) =>
    [
        Hash(new GoJson().Object(fields => fields
            .Name("Filename").Text(file.Name).Name("Perm").Number(request.Permissions).Name("UID").Number(request.UserId).Name("GID").Number(request.GroupId)
            .Name("Checksum").Text(file.Content.Value)
            .Field("LastModTime", file.Modified?.ToString("R", CultureInfo.InvariantCulture) ?? "")
            .Field("AuthHeaderSecret", request.AuthHeaderSecret ?? "")
            .Field("Header", request.Headers, (item, header) => item.Object(pair => pair.Field("Name", header.Key).Field("Value", header.Value))))),
    ];

    private static string ChainOf(IEnumerable<Digest> diffIds) =>
        diffIds.Aggregate((chain, diffId) => Digest.Sha256(Encoding.ASCII.GetBytes($"{chain} {diffId}"))).Value;

    private static string Hash(GoJson json) => Digest.Sha256(Encoding.UTF8.GetBytes(json.ToString())).Value;
}
