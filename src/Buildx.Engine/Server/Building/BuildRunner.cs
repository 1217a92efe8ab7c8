using System.Collections.Immutable;
using Buildx.Engine.Attestations;
using Buildx.Engine.Attestations.Sbom;
using Buildx.Engine.CacheTransfer;
using Buildx.Engine.Execution;
using Buildx.Engine.Exporting;
using Buildx.Engine.Frontends;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Server.Building;

/// <summary>One build from request to response: frontend, graphs, solving, exporters.</summary>
internal sealed class BuildRunner(
    Solver solver,
    FrontendCatalog frontends,
    SourceDescriptions sources,
    ExporterFactory exporters,
    CachePlaces caches,
    IStorage storage,
    IEmulation emulation,
    EngineConfiguration configuration,
    TimeProvider time)
{
    private const string CacheImportsAttribute = "cache-imports";

    public async Task<BuildAnswers> RunAsync(BuildRequest request, BuildJob job, CancellationToken cancellationToken)
    {
        // Whatever is wrong with an output is said before anything is built.
        var outputs = request.Exporters.Select(Create).ToImmutableArray();
        var attestations = AttestationOptions.Parse(request.FrontendOptions);
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var cacheExports = new CacheExports(request.CacheExports, job, caches, solver, storage, time);
        try
        {
            var imports = new CacheImports(caches, time);
            imports.Begin(request.CacheImports, job, failure.Token);
            if (request.FrontendOptions.TryGetValue(CacheImportsAttribute, out var more))
                imports.Begin(CacheImports.ReadAttribute(more), job, failure.Token);
            var bridge = Bridge(job, imports, failure.Token);
            var frontend = await AskFrontendAsync(request, job, bridge, failure.Token);
            job.Failed = failure.Cancel;
            // An output that a client decides about later may want the layers otherwise.
            if (!request.AsksSessionForExporters)
                cacheExports.Begin(frontend, outputs, failure.Token);
            var (result, made, statements) = await SolveAsync(request, job, frontend, bridge, attestations, failure.Token);
            result = result with { InlineCache = await cacheExports.PrepareInlineAsync(made, result, job, failure.Token) };
            var responses = new List<IReadOnlyDictionary<string, string>>();
            if (request.AsksSessionForExporters)
                outputs = outputs.AddRange((await SessionExporters.FindAsync(job.Session, result, failure.Token)).Select(Create));
            for (var i = 0; i < outputs.Length; i++)
                responses.Add(await ExportAsync(outputs[i], i, result, job, failure.Token));
            if (request.AsksSessionForExporters)
                await SessionExporters.FinishAsync(job.Session, responses, failure.Token);
            return new BuildAnswers(responses, await cacheExports.RunAsync(made, result, job, failure.Token), request.IsInternal ? [] : statements.ForHistory());
        }
        catch (OperationCanceledException) when (job.Failure is not null && !cancellationToken.IsCancellationRequested)
        {
            // One branch failed and the others were stopped for it: the failure is what counts.
            throw job.Failure;
        }
    }

    private IExporter Create(ExporterRequest exporter) => exporters.Create(exporter.Type, exporter.Attributes, out _);

    private FrontendBridge Bridge(BuildJob job, CacheImports imports, CancellationToken cancellationToken) => new(
        job, solver, sources, imports, configuration.Platforms.Count > 0 ? configuration.Platforms : emulation.SupportedPlatforms, time, cancellationToken);

    private async Task<FrontendResult> AskFrontendAsync(BuildRequest request, BuildJob job, FrontendBridge bridge, CancellationToken cancellationToken)
    {
        var result = request.Definition is { } definition
            ? new FrontendResult([new FrontendReference("", Platform.Host, await bridge.ReferenceAsync(definition, cancellationToken), null)], false, new Dictionary<string, byte[]>())
            : await (job.ClientFrontend ?? frontends.Find(request.Frontend)).SolveAsync(new FrontendRequest(request.FrontendOptions, request.FrontendInputs), bridge, cancellationToken);
        RefuseWhatCannotRun(result);
        return result;
    }

    private async Task<(ExportResult Result, IReadOnlyList<CacheRoot> Made, ResultAttestations Statements)> SolveAsync(
        BuildRequest request, BuildJob job, FrontendResult frontend, FrontendBridge bridge, AttestationOptions attestations, CancellationToken cancellationToken)
    {
        var trees = await Task.WhenAll(frontend.References.Select(async reference => new PlatformResult(
            reference.Id,
            reference.Platform,
            reference.Reference is null ? Snapshot.Empty : await reference.Reference.EvaluateAsync(cancellationToken),
            reference.ConfigJson)));
        var made = await Task.WhenAll(frontend.References.Select(async reference =>
            reference.Reference is BuildReference built && await built.GetResultAsync(cancellationToken) is var (vertex, output)
                ? new CacheRoot(vertex, output, reference.Platform.ToString())
                : (CacheRoot?)null));
        var statements = new ResultAttestations(job, frontend, request.Frontend, request.FrontendOptions, time);
        var result = new ExportResult([.. trees], frontend.IsMultiPlatform, frontend.Metadata)
        {
            Attestations = await statements.MakeAsync(attestations, new SbomScanner(bridge), cancellationToken),
        };
        return (result, [.. made.OfType<CacheRoot>()], statements);
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

    private Task<IReadOnlyDictionary<string, string>> ExportAsync(
        IExporter exporter, int index, ExportResult result, BuildJob job, CancellationToken cancellationToken) => VertexProgress.RunAsync(
            new KeyHash("export").Add(job.Reference).Add(index).ToDigest(),
            exporter.Description,
            job.Progress,
            time,
            progress => exporter.ExportAsync(new ExportRequest(result, job.Session, index, progress), cancellationToken));
}
