using System.Text;
using Buildx.Cli.Builders;
using Buildx.Client;
using Buildx.Client.Progress;
using Buildx.Drivers.Store;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>Solves a build: all nodes' parts at the same time, and what follows from their results together.</summary>
internal sealed class PartsSolve(BuilderRecord builder, PreparedBuild build)
{
    private const string RecordPrefix = "buildx.build.";
    private const string ReferenceKey = RecordPrefix + "ref";

    /// <param name="options">Of each part.</param>
    /// <exception cref="SolveException">A part failed; the others are given up.</exception>
    public async Task<SolveResult> RunAsync(IReadOnlyList<SolveOptions> options, IProgressSink display, CancellationToken cancellationToken)
    {
        if (build.Parts is [var only])
            return await SolveAsync(only, options[0], display, cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var solving = build.Parts.Select(async (part, index) =>
        {
            try
            {
                return await SolveAsync(part, options[index], new NodeProgress(part.Node.Name, display), stop.Token);
            }
            catch
            {
                // The first that fails is the one to be told of; the others only end for it.
                if (!stop.IsCancellationRequested)
                    build.FailedNode = part.Node.Name;
                await stop.CancelAsync();
                throw;
            }
        }).ToList();
        await ((Task)Task.WhenAll(solving)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (solving.Find(task => task.IsFaulted) is { } failed)
            await failed;
        IReadOnlyList<SolveResult> results = await Task.WhenAll(solving);
        return build.Outputs.Merge is { } merge
            ? results[0] with { ExporterResponse = WithRecords(await ShowAsync(display, $"merging into {merge.Names}", () => merge.RunAsync(results, cancellationToken)), results) }
            : results[0];
    }

    private async Task<SolveResult> SolveAsync(BuildPart part, SolveOptions options, IProgressSink display, CancellationToken cancellationToken)
    {
        var client = await part.Node.ConnectAsync(cancellationToken);
        await DaemonCheck.CheckAsync(options, part.Node.Name, client, cancellationToken);
        build.Origin?.Save(builder.Name, part.Node.Name, options.Ref!);
        var own = await HostGateway.ApplyAsync(options, builder, client, cancellationToken);
        var result = await client.SolveAsync(own, display, cancellationToken);
        build.Caches.Complete(result.ExporterResponse, part.Platforms);
        build.Outputs.Complete(result.ExporterResponse);
        if (build.Request.Call is null)
            result = await WithRecordAsync(part, client, result, display, cancellationToken);
        if (part.Load is not { } load)
            return result;
        var attributes = own.FrontendAttributes.ToDictionary(StringComparer.Ordinal);
        attributes["platform"] = part.LoadPlatform;
        attributes.Remove("multi-platform");
        await client.SolveAsync(
            own with { Exports = [load], FrontendAttributes = attributes, CacheExports = [], Ref = null, Built = null, Pause = null, KeptSessions = null }, display, cancellationToken);
        return result;
    }

    /// <summary>The response with what metadata files have besides: which build it was, and how it was made.</summary>
    private async Task<SolveResult> WithRecordAsync(BuildPart part, BuildkitClient client, SolveResult result, IProgressSink display, CancellationToken cancellationToken)
    {
        var response = new Dictionary<string, string>(result.ExporterResponse, StringComparer.Ordinal) { [ReferenceKey] = $"{builder.Name}/{part.Node.Name}/{result.Ref}" };
        var mode = build.Request.MetadataProvenance;
        if (mode != ProvenanceMode.Disabled)
        {
            var provenance = await ShowAsync(display, "resolving provenance for metadata file", () => MetadataProvenance.FetchAsync(client, result.Ref, mode, cancellationToken));
            foreach (var (key, value) in provenance)
                response[key] = value;
        }
        return result with { ExporterResponse = response };
    }

    /// <summary>What was made of all parts, with what is known of each.</summary>
    private static Dictionary<string, string> WithRecords(IReadOnlyDictionary<string, string> merged, IReadOnlyList<SolveResult> results)
    {
        var response = new Dictionary<string, string>(merged, StringComparer.Ordinal);
        foreach (var (key, value) in results.SelectMany(result => result.ExporterResponse).Where(pair => pair.Key.StartsWith(RecordPrefix, StringComparison.Ordinal)))
            response.TryAdd(key, value);
        return response;
    }

    /// <summary>What is done on this side is a step of the build like any other.</summary>
    private static async Task<T> ShowAsync<T>(IProgressSink display, string name, Func<Task<T>> act)
    {
        var step = new VertexState(Digest.Sha256(Encoding.UTF8.GetBytes(name)).Value, name) { Started = DateTimeOffset.UtcNow };
        display.Report(new SolveStatus { Vertexes = [step] });
        try
        {
            var result = await act();
            display.Report(new SolveStatus { Vertexes = [step with { Completed = DateTimeOffset.UtcNow }] });
            return result;
        }
        catch (Exception e)
        {
            display.Report(new SolveStatus { Vertexes = [step with { Completed = DateTimeOffset.UtcNow, Error = e.Message }] });
            throw;
        }
    }
}
