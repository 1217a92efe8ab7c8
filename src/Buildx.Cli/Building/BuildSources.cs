using System.Formats.Tar;

namespace Buildx.Cli.Building;

/// <summary>
/// The local sources <c>context</c> and <c>dockerfile</c> of a build. What comes from standard input is put into a temporary
/// directory, which goes when this is disposed.
/// </summary>
internal sealed class BuildSources : IDisposable
{
    private readonly DirectoryInfo? _temporary;

    private BuildSources(string? context, string? dockerfileDirectory, string dockerfileName, DirectoryInfo? temporary)
    {
        ContextDirectory = context;
        DockerfileDirectory = dockerfileDirectory;
        DockerfileName = dockerfileName;
        _temporary = temporary;
    }

    /// <summary>Null when the engine fetches the context.</summary>
    public string? ContextDirectory { get; }

    /// <summary>Null when the Dockerfile is in a context that the engine fetches.</summary>
    public string? DockerfileDirectory { get; }

    /// <summary>The Dockerfile inside <see cref="DockerfileDirectory"/>, or inside the remote context.</summary>
    public string DockerfileName { get; }

    /// <exception cref="CliException">There is no Dockerfile, or standard input isn't what it should be.</exception>
    public static async Task<BuildSources> OpenAsync(BuildRequest request, Stream standardInput, CancellationToken cancellationToken)
    {
        if (!request.ReadsStandardInput)
            return request.IsContextRemote ? FromRemote(request) : FromDirectory(request, Path.GetFullPath(request.ContextPath), null);
        var temporary = Directory.CreateTempSubdirectory("buildx-");
        try
        {
            if (request.DockerfilePath == "-")
            {
                await WriteAsync(standardInput, Path.Combine(temporary.FullName, "Dockerfile"), cancellationToken);
                return new BuildSources(request.IsContextRemote ? null : Path.GetFullPath(request.ContextPath), temporary.FullName, "Dockerfile", temporary);
            }
            return await FromInputAsync(request, standardInput, temporary, cancellationToken);
        }
        catch
        {
            temporary.Delete(recursive: true);
            throw;
        }
    }

    public void Dispose()
    {
        if (_temporary is { Exists: true })
            _temporary.Delete(recursive: true);
    }

    // As Docker does: an absolute path is one of this machine, any other one of the context.
    private static BuildSources FromRemote(BuildRequest request)
    {
        if (request.DockerfilePath is not { } path || !Path.IsPathRooted(path))
            return new BuildSources(null, null, request.DockerfilePath ?? "Dockerfile", null);
        if (!File.Exists(path))
            throw new CliException($"there is no Dockerfile {path}");
        return new BuildSources(null, Path.GetDirectoryName(path)!, Path.GetFileName(path), null);
    }

    private static BuildSources FromDirectory(BuildRequest request, string context, DirectoryInfo? temporary)
    {
        var dockerfile = request.DockerfilePath is { } path ? Path.GetFullPath(path) : Path.Combine(context, "Dockerfile");
        // As Docker does: a Dockerfile that is only there in lower case, and a --file that is relative to the context.
        if (!File.Exists(dockerfile) && request.DockerfilePath is null && File.Exists(Path.Combine(context, "dockerfile")))
            dockerfile = Path.Combine(context, "dockerfile");
        if (!File.Exists(dockerfile) && request.DockerfilePath is { } relative && File.Exists(Path.Combine(context, relative)))
            dockerfile = Path.Combine(context, relative);
        if (!File.Exists(dockerfile))
        {
            throw new CliException(request.DockerfilePath is null
                ? $"there is no Dockerfile in {context}; if it has another name: --file NAME"
                : $"there is no Dockerfile {request.DockerfilePath}");
        }
        return new BuildSources(context, Path.GetDirectoryName(dockerfile)!, Path.GetFileName(dockerfile), temporary);
    }

    private static async Task<BuildSources> FromInputAsync(BuildRequest request, Stream input, DirectoryInfo temporary, CancellationToken cancellationToken)
    {
        var file = Path.Combine(temporary.FullName, "input");
        var context = temporary.CreateSubdirectory("context").FullName;
        await WriteAsync(input, file, cancellationToken);
        await using var stream = File.OpenRead(file);
        if (await ArchiveFormat.OpenAsync(stream, cancellationToken) is not { } archive)
        {
            if (request.DockerfilePath is not null)
                throw new CliException("--file can't be used with a Dockerfile on standard input: it already is one");
            var dockerfiles = temporary.CreateSubdirectory("dockerfile").FullName;
            File.Move(file, Path.Combine(dockerfiles, "Dockerfile"));
            return new BuildSources(context, dockerfiles, "Dockerfile", temporary);
        }
        try
        {
            await using (archive)
                await TarFile.ExtractToDirectoryAsync(archive, context, overwriteFiles: true, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new CliException($"the archive on standard input can't be read: {e.Message}");
        }
        return FromDirectory(request with { DockerfilePath = request.DockerfilePath is { } name ? Path.Combine(context, name) : null }, context, temporary);
    }

    private static async Task WriteAsync(Stream input, string path, CancellationToken cancellationToken)
    {
        await using var output = File.Create(path);
        await input.CopyToAsync(output, cancellationToken);
    }
}
