using System.Globalization;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>Operations that bring content into a graph. An empty file system needs none: it is a null output.</summary>
public static class LlbSource
{
    /// <param name="options">With a platform.</param>
    public static LlbOutput Image(ImageReference reference, VertexOptions options, ImageSourceOptions? image = null)
    {
        var attributes = Attributes();
        var capabilities = new List<string> { "source.image" };
        if (image?.ResolveMode is { Length: > 0 } mode)
        {
            attributes[SourceAttributes.ImageResolveMode] = mode;
            if (mode == "pull")
                capabilities.Add("source.image.resolvemode");
        }
        if (image?.RecordType is { Length: > 0 } type)
            attributes[SourceAttributes.ImageRecordType] = type;
        return Create("docker-image://" + reference.WithDefaultTag(), attributes, options, capabilities, options.RequirePlatform());
    }

    /// <summary>One blob of a repository as a file.</summary>
    /// <param name="reference">With the blob's digest.</param>
    /// <param name="fileName">The digest's digits when it is empty.</param>
    public static LlbOutput ImageBlob(ImageReference reference, VertexOptions options, string fileName = "", int? permissions = null)
    {
        var attributes = Attributes();
        if (fileName.Length > 0)
            attributes[SourceAttributes.HttpFileName] = fileName;
        if (permissions is { } mode)
            attributes[SourceAttributes.HttpPermissions] = "0" + Convert.ToString(mode, 8);
        return Create("docker-image+blob://" + reference, attributes, options, ["source.imageblob"], null);
    }

    public static LlbOutput Local(string name, VertexOptions options, LocalSourceOptions? local = null)
    {
        local ??= new LocalSourceOptions();
        var attributes = Attributes();
        var capabilities = new List<string> { "source.local" };
        void Set(string key, string? value, string capability)
        {
            if (string.IsNullOrEmpty(value))
                return;
            attributes[key] = value;
            capabilities.Add(capability);
        }

        Set(SourceAttributes.LocalSession, local.SessionId, "source.local.sessionid");
        if (string.IsNullOrEmpty(local.SessionId))
            Set(SourceAttributes.LocalUnique, local.UniqueId ?? Guid.NewGuid().ToString("n"), "source.local.unique");
        Set(SourceAttributes.LocalIncludePatterns, List(local.IncludePatterns), "source.local.includepatterns");
        Set(SourceAttributes.LocalFollowPaths, List(local.FollowPaths), "source.local.followpaths");
        Set(SourceAttributes.LocalExcludePatterns, List(local.ExcludePatterns), "source.local.excludepatterns");
        Set(SourceAttributes.LocalSharedKeyHint, local.SharedKeyHint, "source.local.sharedkeyhint");
        if (!string.IsNullOrEmpty(local.Differ))
            attributes[SourceAttributes.LocalDiffer] = local.Differ;
        return Create("local://" + name, attributes, options, capabilities, null);
    }

    public static LlbOutput Http(string url, VertexOptions options, HttpSourceOptions? http = null)
    {
        http ??= new HttpSourceOptions();
        var attributes = Attributes();
        var capabilities = new List<string> { "source.http" };
        if (http.Checksum is { } checksum)
        {
            attributes[SourceAttributes.HttpChecksum] = checksum.Value;
            capabilities.Add("source.http.checksum");
        }
        if (!string.IsNullOrEmpty(http.FileName))
            attributes[SourceAttributes.HttpFileName] = http.FileName;
        if (http.Permissions is { } permissions and not 0)
        {
            attributes[SourceAttributes.HttpPermissions] = "0" + Convert.ToString(permissions & 0b111_111_111, 8);
            capabilities.Add("source.http.perm");
        }
        if (http.UserId != 0)
            attributes[SourceAttributes.HttpUser] = http.UserId.ToString(CultureInfo.InvariantCulture);
        if (http.GroupId != 0)
            attributes[SourceAttributes.HttpGroup] = http.GroupId.ToString(CultureInfo.InvariantCulture);
        if (http.UserId != 0 || http.GroupId != 0)
            capabilities.Add("soruce.http.uidgid"); // sic: the name on the wire
        if (!string.IsNullOrEmpty(http.AuthHeaderSecret))
        {
            attributes[SourceAttributes.HttpAuthHeaderSecret] = http.AuthHeaderSecret;
            capabilities.Add("source.http.auth");
        }
        return Create(url, attributes, options, capabilities, null);
    }

    public static LlbOutput Git(GitRemote remote, VertexOptions options, GitSourceOptions? git = null)
    {
        git ??= new GitSourceOptions();
        var attributes = Attributes();
        var capabilities = new List<string> { "source.git", "source.git.fullurl" };
        void Flag(bool set, string key, string value, string capability)
        {
            if (!set)
                return;
            attributes[key] = value;
            capabilities.Add(capability);
        }

        // The same repository has the same name whatever way it is reached.
        var identifier = "git://" + remote.Host + UnixPath.Join("/", remote.Path);
        var subdirectory = UnixPath.Join("/", git.Subdirectory ?? "")[1..];
        if (!string.IsNullOrEmpty(git.Reference) || subdirectory.Length > 0)
            identifier += "#" + git.Reference + (subdirectory.Length > 0 ? ":" + subdirectory : "");
        attributes[SourceAttributes.GitFullUrl] = remote.Url;
        attributes[SourceAttributes.GitAuthTokenSecret] = git.AuthTokenSecret;
        attributes[SourceAttributes.GitAuthHeaderSecret] = git.AuthHeaderSecret;
        Flag(git.KeepGitDirectory, SourceAttributes.GitKeepDirectory, "true", "source.git.keepgitdir");
        Flag(!string.IsNullOrEmpty(git.Checksum), SourceAttributes.GitChecksum, git.Checksum ?? "", "source.git.checksum");
        Flag(git.SkipSubmodules, SourceAttributes.GitSkipSubmodules, "true", "source.git.skipsubmodules");
        Flag(!string.IsNullOrEmpty(git.ModificationTime), SourceAttributes.GitModificationTime, git.ModificationTime ?? "", "source.git.mtime");
        Flag(git.FetchByCommit, SourceAttributes.GitFetchByCommit, "true", "source.git.fetchbycommit");
        Flag(remote.Scheme == "ssh", SourceAttributes.GitMountSshSocket, "default", "source.git.mountsshsock");
        return Create(identifier, attributes, options, capabilities, null);
    }

    /// <param name="reference">Any name, with the digest.</param>
    /// <param name="options">With a platform.</param>
    public static LlbOutput OciLayout(string reference, string? sessionId, string? storeId, VertexOptions options)
    {
        var attributes = Attributes();
        if (!string.IsNullOrEmpty(sessionId))
            attributes[SourceAttributes.OciLayoutSession] = sessionId;
        if (!string.IsNullOrEmpty(storeId))
            attributes[SourceAttributes.OciLayoutStore] = storeId;
        return Create("oci-layout://" + reference, attributes, options, ["source.ocilayout"], options.RequirePlatform());
    }

    private static SortedDictionary<string, string> Attributes() => new(StringComparer.Ordinal);

    private static string? List(IReadOnlyList<string> values) => values.Count == 0 ? null : SourceAttributes.WriteList(values);

    private static LlbOutput Create(
        string identifier, SortedDictionary<string, string> attributes, VertexOptions options, IReadOnlyList<string> capabilities, Protocol.Pb.Platform? platform)
    {
        var source = new SourceOp { Identifier = identifier };
        foreach (var (key, value) in attributes)
            source.Attrs.Add(key, value);
        return LlbVertex.Create(new Op { Source = source, Platform = platform }, [], options, capabilities).Output();
    }
}
