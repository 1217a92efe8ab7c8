using Buildx.Cli.Builders;
using Buildx.Cli.Values;
using Buildx.Client;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Buildx.Registry;
using Source = Buildx.Protocol.Errors.Source;

namespace Buildx.Cli.Building;

/// <summary>A request with all that it needs on this machine opened: it can be solved.</summary>
internal sealed class PreparedBuild : IAsyncDisposable
{
    private readonly SshAgents _agents;
    private readonly LocalImages.LocalImages _images;

    private PreparedBuild(
        BuildRequest request, BuildSources sources, BuildOutputs outputs, CacheDirectories caches, SshAgents agents, LocalImages.LocalImages images) =>
        (Request, Sources, Outputs, Caches, _agents, _images) = (request, sources, outputs, caches, agents, images);

    public BuildRequest Request { get; }

    public BuildSources Sources { get; }

    public BuildOutputs Outputs { get; }

    public CacheDirectories Caches { get; }

    /// <summary>What each node does of it; most often there is one.</summary>
    public IReadOnlyList<BuildPart> Parts { get; private init; } = [];

    /// <summary>What this machine remembers of the build; null for what is none.</summary>
    public BuildOrigin? Origin { get; init; }

    /// <summary>The node whose part failed, where there are several.</summary>
    public string? FailedNode { get; set; }

    /// <summary>What the client serves for this build, besides its directories.</summary>
    public BuildServices Services => new(Request.Secrets, _agents.Sockets, LayoutsOf(Request), Caches.Layouts, Sources.Upload, Outputs.Layout);

    /// <param name="shares">Which nodes build it.</param>
    public static async Task<PreparedBuild> OpenAsync(CliContext context, IReadOnlyList<NodeShare> shares, BuildRequest request, CancellationToken cancellationToken)
    {
        BuildSources? sources = null;
        BuildOutputs? outputs = null;
        LocalImages.LocalImages? images = null;
        try
        {
            images = await LocalImages.LocalImages.OpenAsync(context, request.NamedContexts, cancellationToken);
            request = request with { NamedContexts = images.Contexts };
            sources = await BuildSources.OpenAsync(request, Console.OpenStandardInput(), shares.Count, cancellationToken);
            outputs = await BuildOutputs.OpenAsync(context, request, shares, cancellationToken);
            var caches = CacheDirectories.Open(context, request);
            var agents = await SshAgents.OpenAsync(request.SshAgents, cancellationToken);
            var build = new PreparedBuild(request, sources, outputs, caches, agents, images);
            return build.WithParts(context, [.. shares.Select((_, share) => build.CreatePart(context, shares, share, cancellationToken))]);
        }
        catch
        {
            outputs?.Dispose();
            sources?.Dispose();
            images?.Dispose();
            throw;
        }
    }

    /// <summary>One copy of a directory and machine, whoever builds it.</summary>
    public static string SharedKey(CliContext context, string directory) => $"{Path.GetFileName(directory)}:{directory}:{context.Store.GetNodeId()}";

    /// <summary>Does what is left to do on this side when the build is done.</summary>
    public Task CompleteAsync(CliContext context, CancellationToken cancellationToken) => Outputs.CompleteAsync(context, cancellationToken);

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
        _images.Dispose();
    }

    private PreparedBuild WithParts(CliContext context, IReadOnlyList<BuildPart> parts) => new(Request, Sources, Outputs, Caches, _agents, _images)
    {
        Parts = parts,
        Origin = Request.Call is null ? BuildOrigin.Of(context, Request) : null,
    };

    private BuildPart CreatePart(CliContext context, IReadOnlyList<NodeShare> shares, int share, CancellationToken cancellationToken)
    {
        var request = Request with { Platforms = shares[share].Platforms };
        var attributes = FrontendAttributes.Create(request, Sources, context.Docker.GetProxies());
        // Each has an index to give, also for one platform.
        if (shares.Count > 1 && request.Call is null)
            attributes["multi-platform"] = "true";
        var load = Outputs.LoadOf(share, cancellationToken);
        var options = CreateOptions(context, request, attributes) with
        {
            Exports = Outputs.ExportsOf(share, cancellationToken),
            CacheExports = shares.Count > 1 ? Caches.SharedExports : Caches.Exports,
        };
        return new BuildPart(shares[share].Node, Services.AddTo(options), load?.Export, load?.Platform.ToString() ?? "", request.Platforms);
    }

    private SolveOptions CreateOptions(CliContext context, BuildRequest request, IReadOnlyDictionary<string, string> attributes) => new()
    {
        CacheImports = Caches.Imports,
        Ref = SolveOptions.NewRef(),
        Frontend = "dockerfile.v0",
        FrontendAttributes = attributes,
        Request = request.Call is { } call ? "frontend." + call.Method : null,
        IsInternal = request.Call is not null,
        LocalDirectories = GetDirectories(request, Sources),
        SharedKey = request.ContextPath == "-" || Sources.ContextDirectory is null ? "" : SharedKey(context, Sources.ContextDirectory),
        Entitlements = request.NetworkMode == "host" ? [.. request.Entitlements.Append("network.host").Distinct()] : request.Entitlements,
        Credentials = new RegistryCredentialProvider(new DockerConfigCredentials(context.Docker.ConfigFile)),
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
