using Buildx.Client;
using Buildx.Engine.Frontends.Dockerfile;

namespace Buildx.Cli.Building;

/// <summary>
/// Where context and Dockerfile of a build come from. What is no file of this machine's disks is put into a temporary directory,
/// which goes when this is disposed; an archive on standard input goes to the engine as it is.
/// </summary>
internal sealed class BuildSources : IDisposable
{
    private const string DefaultName = "Dockerfile";

    private DirectoryInfo? _temporary;

    private BuildSources()
    {
    }

    /// <summary>Null when the engine fetches the context.</summary>
    public string? ContextDirectory { get; private init; }

    /// <summary>The URL under which the engine fetches the context; null when it is a directory.</summary>
    public string? ContextUrl { get; private init; }

    /// <summary>Null when the Dockerfile is in a context that the engine fetches.</summary>
    public string? DockerfileDirectory { get; private init; }

    /// <summary>The Dockerfile inside <see cref="DockerfileDirectory"/>, or inside the remote context.</summary>
    public string DockerfileName { get; private init; } = DefaultName;

    /// <summary>How the user calls the Dockerfile.</summary>
    private string ShownName { get; init; } = DefaultName;

    /// <summary>What sends the archive on standard input; null when there is none.</summary>
    public UploadService? Upload { get; private init; }

    /// <param name="standardInput">Read to its end while the build runs, when it is the context.</param>
    /// <param name="readers">How many nodes build from it.</param>
    /// <exception cref="CliException">There is no Dockerfile, or standard input isn't what it should be.</exception>
    public static async Task<BuildSources> OpenAsync(BuildRequest request, Stream standardInput, int readers, CancellationToken cancellationToken)
    {
        if (request.ContextPath == "-")
            return await FromInputAsync(request, standardInput, readers, cancellationToken);
        if (request.DockerfileText is { } text)
            return await WithDockerfileAsync(request, DefaultName, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), cancellationToken);
        var file = request.DockerfilePath;
        if (file == "-")
            return await WithDockerfileAsync(request, "stdin", standardInput, cancellationToken);
        if (RemoteDockerfile.IsUrl(file))
        {
            await using var download = await RemoteDockerfile.OpenAsync(file, cancellationToken);
            return await WithDockerfileAsync(request, file, download, cancellationToken);
        }
        return request.IsContextRemote ? FromRemote(request) : FromDirectory(request, Path.GetFullPath(request.ContextPath));
    }

    /// <summary>The name under which the user knows a file of the build.</summary>
    public string ShowName(string name) => name == DockerfileName ? ShownName : name;

    public void Dispose()
    {
        if (_temporary is { Exists: true })
            _temporary.Delete(recursive: true);
    }

    // As Docker does: an absolute path is one of this machine, any other one of the context.
    private static BuildSources FromRemote(BuildRequest request)
    {
        if (request.DockerfilePath is not { } path || !Path.IsPathRooted(path))
        {
            var name = request.DockerfilePath ?? DefaultName;
            return new BuildSources { ContextUrl = request.ContextPath, DockerfileName = name, ShownName = name };
        }
        if (!File.Exists(path))
            throw new CliException($"there is no Dockerfile {path} on this machine; to name a file of the context, give a relative path");
        return new BuildSources
        {
            ContextUrl = request.ContextPath,
            DockerfileDirectory = Path.GetDirectoryName(path)!,
            DockerfileName = Path.GetFileName(path),
            ShownName = path,
        };
    }

    private static BuildSources FromDirectory(BuildRequest request, string context)
    {
        var shown = request.DockerfilePath ?? (request.ContextPath == "." ? DefaultName : Path.Combine(request.ContextPath, DefaultName));
        var dockerfile = request.DockerfilePath is { } path ? Path.GetFullPath(path) : Path.Combine(context, DefaultName);
        // As Docker does: a Dockerfile that is only there in lower case, and a --file that is relative to the context.
        if (!File.Exists(dockerfile) && Path.GetFileName(dockerfile) == DefaultName && File.Exists(Path.Combine(Path.GetDirectoryName(dockerfile)!, "dockerfile")))
            (dockerfile, shown) = (Path.Combine(Path.GetDirectoryName(dockerfile)!, "dockerfile"), Path.Combine(Path.GetDirectoryName(shown)!, "dockerfile"));
        if (!File.Exists(dockerfile) && request.DockerfilePath is { } relative && File.Exists(Path.Combine(context, relative)))
            dockerfile = Path.Combine(context, relative);
        if (!File.Exists(dockerfile) || IsUnreachable(dockerfile))
            throw new CliException(ExplainMissing(request, context, dockerfile));
        return new BuildSources
        {
            ContextDirectory = context,
            DockerfileDirectory = Path.GetDirectoryName(dockerfile)!,
            DockerfileName = Path.GetFileName(dockerfile),
            ShownName = shown,
        };
    }

    // A link is followed in the directory that the Dockerfile is in and nowhere else.
    private static bool IsUnreachable(string dockerfile)
    {
        if (new FileInfo(dockerfile).LinkTarget is null)
            return false;
        var directory = Path.GetDirectoryName(dockerfile)!;
        var real = new DirectoryInfo(directory).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? directory;
        return new FileInfo(dockerfile).ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } target
            || !(target.FullName.StartsWith(directory + "/", StringComparison.Ordinal) || target.FullName.StartsWith(real + "/", StringComparison.Ordinal));
    }

    private static string ExplainMissing(BuildRequest request, string context, string dockerfile) =>
        Directory.Exists(dockerfile) ? $"{request.DockerfilePath ?? dockerfile} is a directory, not a Dockerfile; name the file in it: --file {Path.Combine(request.DockerfilePath ?? dockerfile, DefaultName)}"
        : new FileInfo(dockerfile).LinkTarget is { } target
            ? $"{request.DockerfilePath ?? dockerfile} is a link to {target}, which is "
                + (new FileInfo(dockerfile).ResolveLinkTarget(returnFinalTarget: true) is { Exists: true } real
                    ? $"outside of the link's directory, where it is not followed; name the file itself: --file {real.FullName}"
                    : "not there")
        : request.DockerfilePath is null ? $"there is no Dockerfile in {context}; if it has another name: --file NAME"
        : $"there is no Dockerfile {request.DockerfilePath}";

    /// <summary>With a Dockerfile that is no file of this machine.</summary>
    private static async Task<BuildSources> WithDockerfileAsync(BuildRequest request, string shownName, Stream dockerfile, CancellationToken cancellationToken)
    {
        var temporary = Directory.CreateTempSubdirectory("buildx-");
        try
        {
            await using (var file = File.Create(Path.Combine(temporary.FullName, DefaultName)))
                await dockerfile.CopyToAsync(file, cancellationToken);
        }
        catch
        {
            temporary.Delete(recursive: true);
            throw;
        }
        return new BuildSources
        {
            ContextDirectory = request.IsContextRemote ? null : Path.GetFullPath(request.ContextPath),
            ContextUrl = request.IsContextRemote ? request.ContextPath : null,
            DockerfileDirectory = temporary.FullName,
            ShownName = shownName,
            _temporary = temporary,
        };
    }

    private static async Task<BuildSources> FromInputAsync(BuildRequest request, Stream input, int readers, CancellationToken cancellationToken)
    {
        var start = new byte[ArchiveSignature.Length];
        var length = await input.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        var whole = new PrefixedStream(start.AsMemory(0, length), input);
        if (length == 0)
            throw new CliException("there is nothing on standard input; PATH - wants a Dockerfile or a tar archive there");
        if (ArchiveSignature.IsArchive(start.AsSpan(0, length)))
            return await FromArchiveAsync(request, whole, readers, cancellationToken);
        if (start.AsSpan(0, length).Contains((byte)0))
            throw new CliException("what is on standard input is neither a Dockerfile nor an archive (tar, also compressed with gzip, bzip2, xz or zstd)");
        if (request.DockerfilePath is not null)
            throw new CliException("--file can't be used with a Dockerfile on standard input: it already is one");
        var temporary = Directory.CreateTempSubdirectory("buildx-");
        try
        {
            var dockerfiles = temporary.CreateSubdirectory("dockerfile").FullName;
            await using (var file = File.Create(Path.Combine(dockerfiles, DefaultName)))
                await whole.CopyToAsync(file, cancellationToken);
            return new BuildSources
            {
                ContextDirectory = temporary.CreateSubdirectory("context").FullName,
                DockerfileDirectory = dockerfiles,
                ShownName = "stdin",
                _temporary = temporary,
            };
        }
        catch
        {
            temporary.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>One reader gets it as it comes; for several it is kept.</summary>
    private static async Task<BuildSources> FromArchiveAsync(BuildRequest request, Stream archive, int readers, CancellationToken cancellationToken)
    {
        var upload = new UploadService();
        var name = request.DockerfilePath ?? DefaultName;
        if (readers == 1)
            return new BuildSources { ContextUrl = upload.Add(archive), DockerfileName = name, ShownName = name, Upload = upload };
        var temporary = Directory.CreateTempSubdirectory("buildx-");
        try
        {
            var path = Path.Combine(temporary.FullName, "context");
            await using (var file = File.Create(path))
                await archive.CopyToAsync(file, cancellationToken);
            return new BuildSources { ContextUrl = upload.Add(() => File.OpenRead(path)), DockerfileName = name, ShownName = name, Upload = upload, _temporary = temporary };
        }
        catch
        {
            temporary.Delete(recursive: true);
            throw;
        }
    }
}
