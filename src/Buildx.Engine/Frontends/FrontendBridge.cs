using Buildx.Engine.CacheTransfer;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Sources.Policies;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;
using Google.Protobuf;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Engine.Frontends;

/// <summary>The build as its frontend sees it.</summary>
internal sealed class FrontendBridge(
    BuildJob job, Solver solver, SourceDescriptions sources, CacheImports imports, IReadOnlyList<Platform> platforms, TimeProvider time, CancellationToken cancellationToken)
    : IFrontendBridge
{
    private readonly SourceDecisions _decisions = new(job, sources);
    private readonly CancellationToken _cancellationToken = cancellationToken;

    public BuildContext Build { get; } = BuildContext.For(job);

    public string SessionId => job.Session?.Id ?? "";

    public IReadOnlyList<Platform> WorkerPlatforms => platforms;

    public async Task<IBuildReference> ReferenceAsync(Definition definition, CancellationToken cancellationToken, IReadOnlyCollection<Policy>? policies = null)
    {
        var reference = new BuildReference(await _decisions.ApplyAsync(definition, policies ?? [], cancellationToken), job, solver, _cancellationToken);
        job.References.Enqueue(reference);
        return reference;
    }

    public void RememberRequest(string frontend, IReadOnlyDictionary<string, string> options) => job.FrontendRequest = (frontend, options);

    public Task<ResolvedImageConfig> ResolveImageConfigAsync(
        ImageReference reference, Platform platform, ImageResolveMode mode, string logName, CancellationToken cancellationToken,
        IReadOnlyCollection<Policy>? policies = null) =>
        StepAsync(
            logName.Length > 0 ? logName : $"[internal] load metadata for {reference}",
            async token =>
            {
                var source = new SourceOp { Identifier = ImageSourceRequest.Scheme + reference };
                var taken = await _decisions.DecideAsync(source, PlatformMessage.Write(platform), policies ?? [], token)
                    ? ImageSourceRequest.Parse(source.Identifier, source.Attrs, platform)
                    : new ImageSourceRequest(reference, platform);
                var image = await sources.ResolveImageAsync(taken with { Mode = mode }, job, token);
                job.SourcePolicy.Remember(reference, taken.Reference, image.Reference.Digest ?? image.Digest);
                return image.ToResolvedConfig();
            },
            cancellationToken);

    public Task<ResolvedImageConfig> ResolveLayoutConfigAsync(
        ImageReference reference, LayoutStore layout, Platform platform, string logName, CancellationToken cancellationToken) => StepAsync(
            logName.Length > 0 ? logName : $"[internal] load metadata for {reference}",
            async token => (await sources.ResolveImageAsync(new ImageSourceRequest(reference, platform) { Layout = layout }, job, token)).ToResolvedConfig(),
            cancellationToken);

    public Task<ResolveSourceMetaResponse> DescribeSourceAsync(ResolveSourceMetaRequest request, CancellationToken cancellationToken) => StepAsync(
        request.LogName.Length > 0 ? request.LogName : $"[internal] load metadata for {UrlCredentials.Redact(request.Source.Identifier)}",
        async token =>
        {
            var asked = request.Clone();
            if (!await _decisions.DecideAsync(asked.Source, asked.Platform, asked.SourcePolicies, token))
                return await sources.DescribeAsync(asked, job, token);
            var response = await sources.DescribeAsync(asked, job, token);
            if (response.Image is { } image
                && ImageReference.TryParse(request.Source.Identifier[ImageSourceRequest.Scheme.Length..], out var before)
                && ImageReference.TryParse(asked.Source.Identifier[ImageSourceRequest.Scheme.Length..], out var taken))
            {
                job.SourcePolicy.Remember(before.WithDefaultTag(), taken.WithDefaultTag(), Digest.Parse(image.Digest));
            }
            return response;
        },
        cancellationToken);

    public void ImportCaches(IReadOnlyList<CacheRequest> caches) => imports.Begin(caches, job, _cancellationToken);

    public void Warn(FrontendWarning warning)
    {
        var message = new VertexWarning
        {
            Vertex = warning.Digest ?? "",
            Level = warning.Level,
            Short = ByteString.CopyFromUtf8(warning.Message),
            Url = warning.Url ?? "",
            Info = warning.Source,
        };
        message.Detail.AddRange(warning.Detail.Select(ByteString.CopyFromUtf8));
        message.Ranges.AddRange(warning.Ranges);
        job.Progress.Publish(new StatusResponse { Warnings = { message } });
    }

    public Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => VertexProgress.RunAsync(
        new KeyHash("frontend step").Add(job.Reference).Add(name).Add(Guid.NewGuid().ToByteArray()).ToDigest(),
        name,
        job.Progress,
        time,
        _ => work(cancellationToken));
}
