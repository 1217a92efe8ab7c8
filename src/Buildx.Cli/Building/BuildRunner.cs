using Buildx.Cli.Builders;
using Buildx.Cli.History;
using Buildx.Client;
using Buildx.Client.Progress;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Building;

/// <summary>A build from the parsed request to the last line of output: builder, sources, solve, results.</summary>
internal sealed class BuildRunner(CliContext context, BuildRequest request)
{
    public static Task<int> RunAsync(CliContext context, BuildRequest request, CancellationToken cancellationToken) =>
        new BuildRunner(context, request).RunAsync(cancellationToken);

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // A file from an earlier build must not look like this one's.
        if (request.ImageIdFile is { } idFile)
            File.Delete(idFile);
        var builder = await BuilderResolver.UseAsync(context, cancellationToken);
        await using var nodes = BuilderNodes.Open(context, builder, Path.TrimEndingDirectorySeparator(Path.GetFullPath(request.ContextPath)));
        var shares = await nodes.ShareAsync(request.Platforms, cancellationToken);
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
        using var display = BuildProgress.CreateDisplay(context, builder, request.Quiet ? "quiet" : request.Progress);
        try
        {
            var result = await new PartsSolve(builder, build).RunAsync([.. build.Parts.Select(part => part.Options)], display, cancellationToken);
            display.Complete();
            if (!request.Quiet && request.Progress is not ("quiet" or "rawjson"))
                WarningReport.Write(context.Error, [.. display.GetWarnings().Select(warning => warning with { Source = build.Rename(warning.Source) })], context.Flags.Debug);
            WriteLink(result.ExporterResponse.GetValueOrDefault("buildx.build.ref"));
            return (result, display.GetWarnings());
        }
        catch (SolveException e)
        {
            display.Complete();
            if (request.Progress != "rawjson")
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
