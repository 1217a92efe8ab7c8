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
            ? results[0] with { ExporterResponse = await ShowAsync(display, $"merging into {merge.Names}", () => merge.RunAsync(results, cancellationToken)) }
            : results[0];
    }

    private async Task<SolveResult> SolveAsync(BuildPart part, SolveOptions options, IProgressSink display, CancellationToken cancellationToken)
    {
        var client = await part.Node.ConnectAsync(cancellationToken);
        await DaemonCheck.CheckAsync(options, part.Node.Name, client, cancellationToken);
        var own = await HostGateway.ApplyAsync(options, builder, client, cancellationToken);
        var result = await client.SolveAsync(own, display, cancellationToken);
        build.Caches.Complete(result.ExporterResponse);
        if (part.Load is not { } load)
            return result;
        var attributes = own.FrontendAttributes.ToDictionary(StringComparer.Ordinal);
        attributes["platform"] = part.LoadPlatform;
        attributes.Remove("multi-platform");
        await client.SolveAsync(
            own with { Exports = [load], FrontendAttributes = attributes, CacheExports = [], Built = null, KeptSessions = null }, display, cancellationToken);
        return result;
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
