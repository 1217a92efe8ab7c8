using System.Text;
using Buildx.Bake;
using Buildx.Cli.Builders;
using Buildx.Cli.Building;
using Buildx.Cli.Values;
using Buildx.Client;
using Buildx.Client.Frontends;
using Buildx.Diagnostics;
using Buildx.Dockerfile;
using Buildx.Llb;
using Grpc.Core;

namespace Buildx.Cli.Baking;

/// <summary>Definition files that are not on this machine: of a git repository, or one file that a web server has. The engine fetches them.</summary>
internal sealed class RemoteDefinition(CliContext context, string url)
{
    private const int MaximumSize = 2 << 20;
    private const string FileName = "definition";

    /// <summary>The repository, where contexts are too; null for a single file, whose contexts are on this machine.</summary>
    public string? Repository => GitReference.TryParse(url, out _) ? url : null;

    /// <param name="names">Files of the repository; none for the default ones.</param>
    /// <exception cref="CliException">It can't be fetched, or has no definition.</exception>
    public async Task<IReadOnlyList<SourceText>> ReadAsync(IReadOnlyList<string> names, string progress, CancellationToken cancellationToken)
    {
        var builder = await BuilderResolver.UseAsync(context, cancellationToken);
        await using var nodes = BuilderNodes.Open(context, builder, Environment.CurrentDirectory);
        var client = await nodes.First.ConnectAsync(cancellationToken);
        await using var agents = await SshAgents.OpenAsync(ReadAgents(), cancellationToken);
        using var display = BuildProgress.CreateDisplay(context, builder, progress);
        IReadOnlyList<SourceText> files = [];
        var secrets = GitCredentials.For(url);
        try
        {
            await client.SolveAsync(
                new SolveOptions
                {
                    Act = async (build, token) => files = await ReadAsync(build, names, token),
                    IsInternal = true,
                    Secrets = secrets.Count > 0 ? new SecretProvider(secrets) : null,
                    Services = agents.Sockets.Count > 0 ? [new SshAgentService(agents.Sockets)] : [],
                },
                display,
                cancellationToken);
        }
        catch (SolveException e)
        {
            throw new CliException($"the definition at {UrlCredentials.Redact(url)} can't be read: {e.Message}", innerException: e);
        }
        return files.Count > 0 ? files : throw new CliException($"there is no definition at {UrlCredentials.Redact(url)}; it has none of {string.Join(", ", DefinitionFiles.DefaultNames)}");
    }

    private async Task<IReadOnlyList<SourceText>> ReadAsync(FrontendBuild build, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var shown = UrlCredentials.Redact(url);
        if (GitReference.TryParse(url, out var git))
        {
            var repository = LlbSource.Git(git.Remote, new VertexOptions { Name = $"[internal] load remote definition {shown}" }, git.ToSourceOptions());
            return await ReadFilesAsync(await build.SolveAsync(repository, cancellationToken), names, cancellationToken);
        }
        var file = LlbSource.Http(url, new VertexOptions { Name = $"[internal] load remote definition {shown}" }, new HttpSourceOptions { FileName = FileName });
        var text = await ReadFileAsync(await build.SolveAsync(file, cancellationToken), FileName, cancellationToken);
        return [new SourceText(url, text)];
    }

    private static async Task<IReadOnlyList<SourceText>> ReadFilesAsync(SolvedTree tree, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        await tree.EvaluateAsync(cancellationToken);
        var files = new List<SourceText>();
        foreach (var name in names.Count > 0 ? names : DefinitionFiles.DefaultNames)
        {
            if (names.Count > 0 || await ExistsAsync(tree, name, cancellationToken))
                files.Add(new SourceText(name, await ReadFileAsync(tree, name, cancellationToken)));
        }
        return files;
    }

    private static async Task<bool> ExistsAsync(SolvedTree tree, string name, CancellationToken cancellationToken)
    {
        try
        {
            await tree.StatAsync(name, cancellationToken);
            return true;
        }
        catch (RpcException e) when (e.StatusCode != StatusCode.Cancelled)
        {
            return false;
        }
    }

    private static async Task<string> ReadFileAsync(SolvedTree tree, string name, CancellationToken cancellationToken)
    {
        var content = await tree.ReadFileAsync(name, 0, MaximumSize + 1, cancellationToken);
        if (content.Length > MaximumSize)
            throw new CliException($"{name} has more than {MaximumSize} bytes, and is no definition");
        if (content.Span.IndexOf((byte)0) >= 0)
            throw new CliException($"{name} is no text; an archive with a definition is not supported yet");
        return Encoding.UTF8.GetString(content.Span);
    }

    private IReadOnlyList<SshSpec> ReadAgents() =>
        Environment.GetEnvironmentVariable("BUILDX_BAKE_GIT_SSH") is { Length: > 0 } paths ? [SshSpec.Parse($"default={paths}")]
        : RemoteContext.IsSsh(url) ? [SshSpec.Default]
        : [];
}
