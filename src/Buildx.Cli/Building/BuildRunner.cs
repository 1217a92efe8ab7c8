using Buildx.Cli.Builders;
using Buildx.Cli.Debugging;
using Buildx.Cli.History;
using Buildx.Client;
using Buildx.Client.Debugging;
using Buildx.Client.Progress;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Building;

/// <summary>A build from the parsed request to the last line of output: builder, sources, solve, results.</summary>
internal sealed class BuildRunner(CliContext context, BuildRequest request, Debugger? debugger)
{
    /// <param name="debugger">Looks into the build before it ends; null where nobody does.</param>
    public static Task<int> RunAsync(CliContext context, BuildRequest request, CancellationToken cancellationToken, Debugger? debugger = null) =>
        new BuildRunner(context, request, debugger).RunAsync(cancellationToken);

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // A file from an earlier build must not look like this one's.
        if (request.ImageIdFile is { } idFile)
            File.Delete(idFile);
        var builder = await BuilderResolver.UseAsync(context, cancellationToken);
        await using var nodes = BuilderNodes.Open(context, builder, Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.ContextPath)));
        var shares = await nodes.ShareAsync(request.Platforms, cancellationToken);
        if (debugger is not null && shares.Count > 1)
            throw new CliException($"a build can be debugged on one node at a time; builder \"{builder.Name}\" builds these platforms on {shares.Count}: say one of them with --platform");
        while (true)
        {
            try
            {
                return await BuildAsync(builder, shares, cancellationToken);
            }
            catch (BuildRestartException)
            {
                // With all files as they are now.
            }
        }
    }

    private async Task<int> BuildAsync(BuilderRecord builder, IReadOnlyList<NodeShare> shares, CancellationToken cancellationToken)
    {
        await using var build = await PreparedBuild.OpenAsync(context, shares, request, cancellationToken);
        if (build.Outputs.Warning is { } warning)
            context.Warn(warning);
        var (result, warnings) = await SolveAsync(builder, build, cancellationToken);
        await build.CompleteAsync(context, cancellationToken);
        Report(result, warnings);
        return request.Call is { } call ? new CallReport(context.Out, build.Sources.ShowName).Write(call, result.Answer) : 0;
    }

    private async Task<(SolveResult Result, IReadOnlyList<BuildWarning> Warnings)> SolveAsync(BuilderRecord builder, PreparedBuild build, CancellationToken cancellationToken)
    {
        foreach (var part in build.Parts)
            await part.Node.ConnectAsync(cancellationToken);
        using var display = new PausableDisplay(() => BuildProgress.CreateDisplay(context, builder, request.Quiet ? "quiet" : request.Progress));
        try
        {
            var result = await new PartsSolve(builder, build).RunAsync([.. build.Parts.Select(part => WithDebugger(part.Options, build, display))], display, cancellationToken);
            display.Complete();
            if (!request.Quiet && request.Progress is not ("quiet" or "rawjson"))
                WarningReport.Write(context.Error, [.. display.GetWarnings().Select(warning => warning with { Source = build.Rename(warning.Source) })], context.Flags.Debug);
            WriteLink(result.ExporterResponse.GetValueOrDefault("buildx.build.ref"));
            return (result, display.GetWarnings());
        }
        catch (SolveException e)
        {
            display.Complete();
            if (request.Progress != "rawjson" && debugger is null)
            {
                foreach (var source in e.Details.Sources)
                    FailureReport.WriteSource(context.Error, build.Rename(source));
            }
            WriteLink(request.Call is null ? $"{builder.Name}/{build.FailedNode ?? build.Parts[0].Node.Name}/{e.Ref}" : null);
            throw new CliException($"failed to build{(build.FailedNode is { } node ? $" on node \"{node}\"" : "")}: {e.Message}{HintOf(e)}", innerException: e)
            {
                Hints = request.Progress == "rawjson" ? [] : FailureHints.Of(e.Message, request.Call is null ? e.Ref : "", context.CommandName),
            };
        }
    }

    private SolveOptions WithDebugger(SolveOptions options, PreparedBuild build, PausableDisplay display) => debugger is null || request.Call is not null
        ? options
        : options with { Pause = (paused, token) => debugger.PauseAsync(paused, display, build.Rename, token) };

    /// <summary>Where Docker Desktop shows the build, on machines that have it.</summary>
    private void WriteLink(string? reference)
    {
        if (reference is not null && !request.Quiet && request.Progress is not ("quiet" or "rawjson") && DesktopLink.IsInUse)
            DesktopLink.Write(context.Error, new Dictionary<string, string> { ["default"] = reference }, !Console.IsErrorRedirected);
    }

    private string HintOf(SolveException exception) =>
        request.Call is { } call && exception.Message.Contains($"unsupported request frontend.{call.Method}", StringComparison.Ordinal)
            ? "; the Dockerfile frontend of this BuildKit is too old for it: let the Dockerfile begin with \"# syntax=docker/dockerfile:1\""
            : "";

    private void Report(SolveResult result, IReadOnlyList<BuildWarning> warnings)
    {
        var response = result.ExporterResponse;
        var id = response.GetValueOrDefault("containerimage.config.digest") ?? response.GetValueOrDefault("containerimage.digest") ?? "";
        if (request.Quiet && request.Call is null)
            context.Out.WriteLine(id);
        if (request.ImageIdFile is { } idFile)
            MetadataFile.WriteWhole(idFile, System.Text.Encoding.ASCII.GetBytes(id));
        if (request.MetadataFile is { } metadataFile)
            MetadataFile.Write(metadataFile, request.Call is null ? response : result.Answer, request.Call is null ? warnings : []);
    }
}
