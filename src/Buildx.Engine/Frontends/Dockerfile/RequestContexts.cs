using System.Text;
using System.Text.Json;
using Buildx.Dockerfile;
using Buildx.Engine.Sources.Image;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Sessions;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>Where a request's files come from: the client's directories, remote contexts, named contexts and inputs.</summary>
internal sealed class RequestContexts
{
    private const string IgnoreFileName = ".dockerignore";

    private readonly DockerfileOptions _options;
    private readonly FrontendRequest _request;
    private readonly IFrontendBridge _bridge;
    private LlbOutput? _remote;
    private bool _hasRemote;
    private LlbOutput? _remoteDockerfile;
    private string _fileName;

    private RequestContexts(DockerfileOptions options, FrontendRequest request, IFrontendBridge bridge) =>
        (_options, _request, _bridge, _fileName) = (options, request, bridge, options.FileName);

    public static async Task<RequestContexts> OpenAsync(
        DockerfileOptions options, FrontendRequest request, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        var contexts = new RequestContexts(options, request, bridge);
        await contexts.FindRemoteAsync(cancellationToken);
        return contexts;
    }

    /// <summary>Only the named contexts, before it is known what the rest means.</summary>
    public static RequestContexts WithoutMain(DockerfileOptions options, FrontendRequest request, IFrontendBridge bridge) => new(options, request, bridge);

    /// <exception cref="FrontendException">There is no Dockerfile.</exception>
    public async Task<DockerfileSource> ReadDockerfileAsync(CancellationToken cancellationToken)
    {
        var source = !_options.ForceLocalDockerfile && _remoteDockerfile is not null ? _remoteDockerfile : LocalDockerfile();
        var reference = await _bridge.ReferenceAsync(LlbDefinition.Write(source), cancellationToken);
        var content = await reference.ReadFileAsync(_fileName, cancellationToken);
        if (content is null && UnixPath.FileName(_fileName) == DockerfileOptions.DefaultFileName)
            content = await reference.ReadFileAsync(LowerCaseName(), cancellationToken);
        if (content is null)
            throw new FrontendException(NoDockerfile());
        var file = new LlbSourceFile(_fileName, "Dockerfile", content, source);
        var document = DockerfileDocument.Parse(content, _fileName);
        var ignore = await reference.ReadFileAsync(_fileName + IgnoreFileName, cancellationToken);
        return new DockerfileSource(document, file, ignore, source.Vertex.Digest.Value);
    }

    /// <summary>Patterns for the main context; none when it is remote.</summary>
    public async Task<IReadOnlyList<string>> ReadIgnorePatternsAsync(byte[]? ownIgnoreFile, CancellationToken cancellationToken)
    {
        if (_hasRemote)
            return [];
        if (ownIgnoreFile is not null)
            return IgnoreFile.Parse(Encoding.UTF8.GetString(ownIgnoreFile));
        var source = LlbSource.Local(
            _options.ContextName,
            Internal("load " + IgnoreFileName),
            new LocalSourceOptions
            {
                SessionId = Session(_options.ContextName),
                FollowPaths = [IgnoreFileName],
                SharedKeyHint = _options.ContextName + "-" + IgnoreFileName,
                Differ = "none",
            });
        return await ReadIgnoreFileAsync(source, cancellationToken);
    }

    /// <summary>The contexts as one conversion sees them.</summary>
    public IBuildContexts For(IReadOnlyList<string> ignorePatterns) => new View(this, ignorePatterns);

    private LlbOutput LocalDockerfile()
    {
        var names = new List<string> { _fileName, _fileName + IgnoreFileName };
        if (UnixPath.FileName(_fileName) == DockerfileOptions.DefaultFileName)
            names.Add(LowerCaseName());
        return LlbSource.Local(
            _options.DockerfileName,
            Internal("load build definition from " + _fileName),
            new LocalSourceOptions
            {
                SessionId = Session(_options.DockerfileName),
                FollowPaths = names,
                SharedKeyHint = _options.DockerfileName,
                Differ = "none",
            });
    }

    private string LowerCaseName() => UnixPath.Join(UnixPath.Directory(_fileName), "dockerfile");

    private string NoDockerfile() => _remoteDockerfile is not null && !_options.ForceLocalDockerfile
        ? $"there is no \"{_fileName}\" in {DescribeRemote()}; name another file with --file"
        : $"there is no \"{_fileName}\" in the directory that the client sent for the Dockerfile; create it, or name another file with --file";

    private string DescribeRemote() => Uri.TryCreate(_options.RemoteContext, UriKind.Absolute, out var url) && url.Host == SessionStreams.UploadHost
        ? "the archive on standard input"
        : $"the build context {UrlCredentials.Redact(_options.RemoteContext)}";

    private async Task<IReadOnlyList<string>> ReadIgnoreFileAsync(LlbOutput source, CancellationToken cancellationToken)
    {
        var content = await (await _bridge.ReferenceAsync(LlbDefinition.Write(source), cancellationToken)).ReadFileAsync(IgnoreFileName, cancellationToken);
        return content is null ? [] : IgnoreFile.Parse(Encoding.UTF8.GetString(content));
    }

    private async Task FindRemoteAsync(CancellationToken cancellationToken)
    {
        if (_options.RemoteContext.Length > 0 && TryGit(_options.RemoteContext) is { } git)
        {
            SetRemote(git);
        }
        else if (IsHttp(_options.RemoteContext))
        {
            await OpenHttpAsync(_options.RemoteContext, cancellationToken);
        }
        else
        {
            if (_request.Inputs.TryGetValue(_options.DockerfileName, out var dockerfile))
                _remoteDockerfile = LlbGraph.Read(dockerfile).Output;
            if (_request.Inputs.TryGetValue("context", out var input))
                (_remote, _hasRemote) = (LlbGraph.Read(input).Output, true);
        }
        if (_hasRemote && _options.ContextSubdirectory.Length > 0)
        {
            _remote = new LlbFile(null)
                .Copy(_remote, _options.ContextSubdirectory, "/", new CopyOptions { DirectoryContentsOnly = true })
                .ToOutput(VertexOptions.None);
        }
    }

    private void SetRemote(LlbOutput source)
    {
        _remote = _remoteDockerfile = source;
        _hasRemote = true;
    }

    private LlbOutput? TryGit(string text)
    {
        try
        {
            if (!GitReference.TryParse(text, out var reference))
                return null;
            var options = reference.ToSourceOptions();
            return LlbSource.Git(
                reference.Remote,
                Internal("load git source " + UrlCredentials.Redact(text)),
                options with
                {
                    KeepGitDirectory = options.KeepGitDirectory || _options.KeepGitDirectory == true,
                    ModificationTime = options.ModificationTime
                        ?? (_options.Conversion.BuildArguments.GetValueOrDefault("SOURCE_DATE_EPOCH") is { Length: > 0 } ? "commit" : null),
                });
        }
        catch (FormatException e)
        {
            throw new FrontendException(e.Message);
        }
    }

    private async Task OpenHttpAsync(string url, CancellationToken cancellationToken)
    {
        const string name = "context";
        var download = LlbSource.Http(url, Internal("load remote build context"), new HttpSourceOptions { FileName = name });
        var content = await (await _bridge.ReferenceAsync(LlbDefinition.Write(download), cancellationToken)).ReadStartAsync(name, ArchiveSignature.Length, cancellationToken)
            ?? throw new FrontendException($"{DescribeRemote()} is empty");
        if (ArchiveSignature.IsArchive(content))
        {
            SetRemote(new LlbFile(null).Copy(download, name, "/", new CopyOptions { Unpack = true }).ToOutput(VertexOptions.None));
            return;
        }
        // Anything else is a Dockerfile that needs no context.
        SetRemote(download);
        _fileName = name;
    }

    private string Session(string name) => _options.LocalSessions.TryGetValue(name, out var session) ? session : _bridge.SessionId;

    private static VertexOptions Internal(string name) => new() { Name = "[internal] " + name };

    private static bool IsHttp(string text) =>
        text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>The context of this name, null when there is none.</summary>
    public async Task<NamedContext?> FindAsync(string name, Platform platform, CancellationToken cancellationToken)
    {
        if (_options.NamedContexts.Count == 0)
            return null;
        if (!ImageReference.TryParse(name, out var reference))
            return null;
        var familiar = reference.FamiliarName;
        if (familiar.EndsWith(":latest", StringComparison.Ordinal))
            familiar = familiar[..^7];
        foreach (var key in new[] { $"{familiar}::{platform}", familiar })
        {
            if (_options.NamedContexts.TryGetValue(key, out var where))
                return await OpenNamedAsync(key, where, platform, cancellationToken);
        }
        return null;
    }

    private async Task<NamedContext> OpenNamedAsync(string name, string where, Platform platform, CancellationToken cancellationToken)
    {
        var colon = where.IndexOf(':');
        var scheme = colon < 0 ? "" : where[..colon];
        var rest = where[(colon + 1)..];
        switch (scheme)
        {
            case "docker-image":
                return await OpenImageAsync(name, rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest, platform, cancellationToken);
            case "local":
                return await OpenLocalAsync(name, rest, cancellationToken);
            case "input":
                return OpenInput(name, rest);
            case "git" or "http" or "https":
            case var _ when where.StartsWith("git@", StringComparison.Ordinal):
                var source = TryGit(where) ?? LlbSource.Http(where, new VertexOptions { Name = $"[context {name}] {UrlCredentials.Redact(where)}" }, new HttpSourceOptions { FileName = "context" });
                return new NamedContext(_ => source, null);
            case "oci-layout":
                return await OpenLayoutAsync(name, rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..] : rest, platform, cancellationToken);
            default:
                throw new FrontendException($"the build context {name}={where} is of no known type; there are docker-image://, oci-layout://, local:, input:, git and http URLs");
        }
    }

    private async Task<NamedContext> OpenImageAsync(string name, string image, Platform platform, CancellationToken cancellationToken)
    {
        if (image == "scratch")
            return new NamedContext(_ => null, null);
        if (!ImageReference.TryParse(image, out var reference))
            throw new FrontendException($"the build context {name}=docker-image://{image} names no image");
        reference = reference.WithDefaultTag();
        var resolved = await _bridge.ResolveImageConfigAsync(
            reference, platform, _options.ResolveMode, $"[context {name}] load metadata for {reference}", cancellationToken);
        var source = LlbSource.Image(reference.WithDigest(resolved.Digest), new VertexOptions { Platform = platform, Name = $"[context {name}] {image}" });
        return new NamedContext(_ => source, ParseImage(name, resolved.ConfigJson));
    }

    /// <param name="layout">The client's name of the layout, and the image's digest; a tag before it says nothing more.</param>
    private async Task<NamedContext> OpenLayoutAsync(string name, string layout, Platform platform, CancellationToken cancellationToken)
    {
        var at = layout.IndexOf('@');
        if (at <= 0 || !Digest.TryParse(layout[(at + 1)..], out var digest))
            throw new FrontendException($"the build context {name}=oci-layout://{layout} names no digest (want oci-layout://STORE@DIGEST)");
        var store = layout[..at].Split(':')[0];
        var image = name.Split("::")[0];
        if (!ImageReference.TryParse(image, out var reference))
            throw new FrontendException($"the build context {name}: \"{image}\" can't be the name of an image");
        reference = reference.WithDigest(digest);
        var resolved = await _bridge.ResolveLayoutConfigAsync(
            reference, new LayoutStore(_bridge.SessionId, store), platform, $"[context {name}] load metadata for {reference}", cancellationToken);
        var source = LlbSource.OciLayout(
            reference.ToString(), _bridge.SessionId, store, new VertexOptions { Platform = platform, Name = $"[context {name}] OCI load from client" });
        return new NamedContext(_ => source, ParseImage(name, resolved.ConfigJson));
    }

    private async Task<NamedContext> OpenLocalAsync(string name, string local, CancellationToken cancellationToken)
    {
        var session = Session(local);
        var ignore = LlbSource.Local(
            local,
            new VertexOptions { Name = $"[context {name}] load {IgnoreFileName}" },
            new LocalSourceOptions
            {
                SessionId = session,
                FollowPaths = [IgnoreFileName],
                SharedKeyHint = $"context:{name}-{IgnoreFileName}",
                Differ = "none",
            });
        var excludes = await ReadIgnoreFileAsync(ignore, cancellationToken);
        var key = $"context:{name}-{_options.SharedKeys.GetValueOrDefault(name) ?? ""}";
        return new NamedContext(
            paths => LlbSource.Local(
                local,
                new VertexOptions { Name = $"[context {name}] load from client" },
                new LocalSourceOptions { SessionId = session, SharedKeyHint = key, ExcludePatterns = excludes, FollowPaths = paths }),
            null);
    }

    private NamedContext OpenInput(string name, string input)
    {
        if (!_request.Inputs.TryGetValue(input, out var definition))
            throw new FrontendException($"the build context {name}=input:{input}: the client sent no input \"{input}\"");
        var output = LlbGraph.Read(definition).Output;
        ImageConfig? image = null;
        if (_options.InputMetadata.TryGetValue(input, out var metadata))
        {
            try
            {
                using var document = JsonDocument.Parse(metadata);
                if (document.RootElement.TryGetProperty("containerimage.config", out var config) && config.TryGetBytesFromBase64(out var json))
                    image = ParseImage(name, json);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                throw new FrontendException($"the metadata of the input \"{input}\" cannot be read: {e.Message}");
            }
        }
        return new NamedContext(_ => output, image);
    }

    private static ImageConfig ParseImage(string name, byte[] json)
    {
        try
        {
            return BaseConfig.Parse(json) with { Created = null };
        }
        catch (FormatException e)
        {
            throw new FrontendException($"the build context {name}: {e.Message}");
        }
    }

    private sealed class View(RequestContexts owner, IReadOnlyList<string> ignorePatterns) : IBuildContexts
    {
        public IReadOnlyList<string> IgnorePatterns { get; } = ignorePatterns;

        public LlbOutput? Main(IReadOnlyList<string> paths) => owner._hasRemote ? owner._remote : LlbSource.Local(
            owner._options.ContextName,
            Internal("load build context"),
            new LocalSourceOptions
            {
                SessionId = owner.Session(owner._options.ContextName),
                ExcludePatterns = IgnorePatterns,
                FollowPaths = paths,
                SharedKeyHint = owner._options.ContextName,
            });

        public Task<NamedContext?> FindAsync(string name, Platform platform, CancellationToken cancellationToken) =>
            owner.FindAsync(name, platform, cancellationToken);

        public Task<DateTimeOffset?> FindTimeAsync(LlbOutput source, string stepName, CancellationToken cancellationToken) =>
            SourceTimes.FindAsync(source, stepName, owner._bridge, cancellationToken);
    }
}
