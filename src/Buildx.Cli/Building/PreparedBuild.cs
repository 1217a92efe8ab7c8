using Buildx.Cli.Values;
using Buildx.Client;
using Buildx.Drivers;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Buildx.Registry;
using Source = Buildx.Protocol.Errors.Source;

namespace Buildx.Cli.Building;

/// <summary>A request with all that it needs on this machine opened: it can be solved.</summary>
internal sealed class PreparedBuild : IAsyncDisposable
{
    private readonly SshAgents _agents;

    private PreparedBuild(BuildRequest request, BuildSources sources, BuildOutputs outputs, CacheDirectories caches, SshAgents agents, SolveOptions options)
    {
        (Request, Sources, Outputs, Caches, _agents) = (request, sources, outputs, caches, agents);
        Options = Services.AddTo(options);
    }

    public BuildRequest Request { get; }

    public BuildSources Sources { get; }

    public BuildOutputs Outputs { get; }

    public CacheDirectories Caches { get; }

    public SolveOptions Options { get; }

    /// <summary>What the client serves for this build, besides its directories.</summary>
    public BuildServices Services => new(Request.Secrets, _agents.Sockets, LayoutsOf(Request), Caches.Layouts, Sources.Upload);

    public static async Task<PreparedBuild> OpenAsync(CliContext context, IDriver driver, BuildRequest request, CancellationToken cancellationToken)
    {
        BuildSources? sources = null;
        BuildOutputs? outputs = null;
        try
        {
            sources = await BuildSources.OpenAsync(request, Console.OpenStandardInput(), cancellationToken);
            outputs = await BuildOutputs.OpenAsync(context, driver, request, cancellationToken);
            var caches = CacheDirectories.Open(context, request);
            var agents = await SshAgents.OpenAsync(request.SshAgents, cancellationToken);
            return new PreparedBuild(request, sources, outputs, caches, agents, CreateOptions(context, request, sources, outputs, caches));
        }
        catch
        {
            outputs?.Dispose();
            sources?.Dispose();
            throw;
        }
    }

    /// <summary>One copy of a directory and machine, whoever builds it.</summary>
    public static string SharedKey(CliContext context, string directory) => $"{Path.GetFileName(directory)}:{directory}:{context.Store.GetNodeId()}";

    /// <summary>Does what is left to do on this side when the build is done.</summary>
    /// <param name="report">Told what takes long.</param>
    public async Task CompleteAsync(SolveResult result, Action<string> report, CancellationToken cancellationToken)
    {
        Caches.Complete(result.ExporterResponse);
        await Outputs.CompleteAsync(report, cancellationToken);
    }

    /// <summary>The engine knows the Dockerfile by the name that it was sent under.</summary>
    public SourceInfo? Rename(SourceInfo? info)
    {
        if (info is null || Sources.ShowName(info.Filename) == info.Filename)
            return info;
        var renamed = info.Clone();
        renamed.Filename = Sources.ShowName(info.Filename);
        return renamed;
    }

    public Source Rename(Source source) => new() { Info = Rename(source.Info), Ranges = { source.Ranges } };

    public async ValueTask DisposeAsync()
    {
        await _agents.DisposeAsync();
        Outputs.Dispose();
        Sources.Dispose();
    }

    private static SolveOptions CreateOptions(CliContext context, BuildRequest request, BuildSources sources, BuildOutputs outputs, CacheDirectories caches) => new()
    {
        CacheImports = caches.Imports,
        CacheExports = caches.Exports,
        Frontend = "dockerfile.v0",
        FrontendAttributes = FrontendAttributes.Create(request, sources, context.Docker.GetProxies()),
        Request = request.Call is { } call ? "frontend." + call.Method : null,
        IsInternal = request.Call is not null,
        LocalDirectories = GetDirectories(request, sources),
        SharedKey = request.ContextPath == "-" || sources.ContextDirectory is null ? "" : SharedKey(context, sources.ContextDirectory),
        Exports = outputs.Exports,
        Entitlements = request.NetworkMode == "host" ? [.. request.Entitlements.Append("network.host").Distinct()] : request.Entitlements,
        Credentials = new RegistryCredentialProvider(new DockerConfigCredentials(Path.Combine(context.Docker.ConfigDirectory, "config.json"))),
    };

    /// <summary>Several contexts may be images of one layout.</summary>
    private static Dictionary<string, OciLayout> LayoutsOf(BuildRequest request) =>
        request.NamedContexts.Select(named => named.Layout).OfType<LayoutReference>().DistinctBy(layout => layout.StoreId).ToDictionary(layout => layout.StoreId, layout => layout.Layout);

    private static Dictionary<string, string> GetDirectories(BuildRequest request, BuildSources sources)
    {
        var directories = new Dictionary<string, string>();
        if (sources.ContextDirectory is { } contextDirectory)
            directories["context"] = contextDirectory;
        if (sources.DockerfileDirectory is { } dockerfileDirectory)
            directories["dockerfile"] = dockerfileDirectory;
        foreach (var named in request.NamedContexts)
        {
            if (named.Directory is { } directory)
                directories[named.LocalName] = directory;
        }
        return directories;
    }
}
