using System.Collections.Immutable;
using Buildx.Engine.Execution;
using Buildx.Engine.Exporting;
using Buildx.Engine.Frontends;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Server.Building;

/// <summary>One build from request to response: frontend, graphs, solving, exporters.</summary>
internal sealed class BuildRunner(
    Solver solver,
    FrontendCatalog frontends,
    ImageSource images,
    ExporterFactory exporters,
    IEmulation emulation,
    EngineConfiguration configuration,
    TimeProvider time)
{
    /// <returns>Each exporter's answer, by BuildKit's keys (<c>containerimage.digest</c>, …).</returns>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> RunAsync(BuildRequest request, BuildJob job, CancellationToken cancellationToken)
    {
        // Whatever is wrong with an output is said before anything is built.
        var outputs = request.Exporters.Select(Create).ToImmutableArray();
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var result = await SolveAsync(request, job, failure);
            var responses = new List<IReadOnlyDictionary<string, string>>();
            if (request.AsksSessionForExporters)
                outputs = outputs.AddRange((await SessionExporters.FindAsync(job.Session, result, failure.Token)).Select(Create));
            for (var i = 0; i < outputs.Length; i++)
                responses.Add(await ExportAsync(outputs[i], i, result, job, failure.Token));
            if (request.AsksSessionForExporters)
                await SessionExporters.FinishAsync(job.Session, responses, failure.Token);
            return responses;
        }
        catch (OperationCanceledException) when (job.Failure is not null && !cancellationToken.IsCancellationRequested)
        {
            // One branch failed and the others were stopped for it: the failure is what counts.
            throw job.Failure;
        }
    }

    private IExporter Create(ExporterRequest exporter) => exporters.Create(exporter.Type, exporter.Attributes, out _);

    private async Task<ExportResult> SolveAsync(BuildRequest request, BuildJob job, CancellationTokenSource failure)
    {
        var cancellationToken = failure.Token;
        var platforms = configuration.Platforms.Count > 0 ? configuration.Platforms : emulation.SupportedPlatforms;
        var bridge = new FrontendBridge(job, solver, images, platforms, time, cancellationToken);
        var frontend = request.Definition is { } definition
            ? new FrontendResult([new FrontendReference("", Platform.Host, bridge.Reference(definition), null)], false, new Dictionary<string, byte[]>())
            : await (job.ClientFrontend ?? frontends.Find(request.Frontend)).SolveAsync(new FrontendRequest(request.FrontendOptions, request.FrontendInputs), bridge, cancellationToken);
        RefuseWhatCannotRun(frontend);
        job.Failed = failure.Cancel;
        var trees = await Task.WhenAll(frontend.References.Select(async reference => new PlatformResult(
            reference.Id,
            reference.Platform,
            reference.Reference is null ? Snapshot.Empty : await reference.Reference.EvaluateAsync(cancellationToken),
            reference.ConfigJson)));
        return new ExportResult([.. trees], frontend.IsMultiPlatform, frontend.Metadata);
    }

    /// <summary>A platform whose binaries can't run here is told before the first step starts, with the remedy.</summary>
    private void RefuseWhatCannotRun(FrontendResult result)
    {
        foreach (var reference in result.References.Select(reference => reference.Reference).OfType<BuildReference>())
        {
            foreach (var vertex in reference.Graph.Vertices)
            {
                if (vertex.Operation.OpCase != Protocol.Pb.Op.OpOneofCase.Exec)
                    continue;
                var platform = PlatformMessage.Read(vertex.Operation.Platform) ?? Platform.Host;
                if (emulation.GetKind(platform) == EmulationKind.Unsupported)
                    throw new VertexException(vertex, new ExecutionException(emulation.DescribeRemedy(platform)));
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> ExportAsync(
        IExporter exporter, int index, ExportResult result, BuildJob job, CancellationToken cancellationToken)
    {
        var digest = new KeyHash("export").Add(job.Reference).Add(index).ToDigest();
        var progress = new VertexProgress(digest.Value, exporter.Description, [], null, time);
        progress.Attach(job.Progress);
        progress.Start();
        try
        {
            var response = await exporter.ExportAsync(new ExportRequest(result, job.Session, index, progress), cancellationToken);
            progress.Complete();
            return response;
        }
        catch (Exception e)
        {
            progress.Complete(error: e is OperationCanceledException ? "context canceled" : e.Message);
            throw;
        }
    }
}
