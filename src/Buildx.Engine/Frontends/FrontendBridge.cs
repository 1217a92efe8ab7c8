using Buildx.Engine.CacheTransfer;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Pb;
using Google.Protobuf;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Engine.Frontends;

/// <summary>The build as its frontend sees it.</summary>
internal sealed class FrontendBridge(
    BuildJob job, Solver solver, ImageSource images, CacheImports imports, IReadOnlyList<Platform> platforms, TimeProvider time, CancellationToken cancellationToken)
    : IFrontendBridge
{
    public BuildContext Build { get; } = Joined(job);

    public string SessionId => job.Session?.Id ?? "";

    public IReadOnlyList<Platform> WorkerPlatforms => platforms;

    public IBuildReference Reference(Definition definition) => new BuildReference(job.SourcePolicy.Apply(definition), job, solver, cancellationToken);

    public Task<ResolvedImageConfig> ResolveImageConfigAsync(
        ImageReference reference, Platform platform, ImageResolveMode mode, string logName, CancellationToken cancellationToken) =>
        StepAsync(
            logName.Length > 0 ? logName : $"[internal] load metadata for {reference}",
            async token =>
            {
                var taken = job.SourcePolicy.Apply(reference);
                var request = new ImageSourceRequest(taken, platform, mode);
                var image = await images.ResolveAsync(request, SessionCredentials.For(job.Session), job.Tags, job.Lease, token);
                job.SourcePolicy.Remember(reference, taken, image.Reference.Digest ?? image.Digest);
                return image.ToResolvedConfig();
            },
            cancellationToken);

    public Task<ResolvedImageConfig> ResolveLayoutConfigAsync(
        ImageReference reference, LayoutStore layout, Platform platform, string logName, CancellationToken cancellationToken) => StepAsync(
            logName.Length > 0 ? logName : $"[internal] load metadata for {reference}",
            async token =>
            {
                var origin = LayoutOrigin.Find(job.Session is { } session ? [session] : [], layout);
                return (await images.ResolveAsync(new ImageSourceRequest(reference, platform), origin, job.Tags, job.Lease, token)).ToResolvedConfig();
            },
            cancellationToken);

    public void ImportCaches(IReadOnlyList<CacheRequest> caches) => imports.Begin(caches, job, cancellationToken);

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

    public async Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var digest = new KeyHash("frontend step").Add(job.Reference).Add(name).Add(Guid.NewGuid().ToByteArray()).ToDigest();
        var progress = new VertexProgress(digest.Value, name, [], null, time);
        progress.Attach(job.Progress);
        progress.Start();
        try
        {
            var result = await work(cancellationToken);
            progress.Complete();
            return result;
        }
        catch (Exception e)
        {
            progress.Complete(error: e is OperationCanceledException ? "context canceled" : e.Message);
            throw;
        }
    }

    private static BuildContext Joined(BuildJob job)
    {
        var build = new BuildContext();
        build.Join(job);
        return build;
    }
}
