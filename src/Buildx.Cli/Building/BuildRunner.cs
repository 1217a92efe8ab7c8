using Buildx.Cli.Builders;
using Buildx.Cli.Terminal;
using Buildx.Client;
using Buildx.Client.Progress;
using Buildx.Drivers.Store;
using Buildx.Protocol.Pb;
using Buildx.Registry;
using Source = Buildx.Protocol.Errors.Source;

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
        var builder = await ResolveBuilderAsync(cancellationToken);
        using var sources = await BuildSources.OpenAsync(request, Console.OpenStandardInput(), cancellationToken);
        using var outputs = await BuildOutputs.OpenAsync(context, request, cancellationToken);
        await using var agents = await SshAgents.OpenAsync(request.SshAgents, cancellationToken);
        if (outputs.Warning is { } warning)
            context.Warn(warning);
        var result = await SolveAsync(builder, CreateOptions(sources, outputs, agents), sources, cancellationToken);
        Report(result);
        return request.Call is { } call ? new CallReport(context.Out, sources.ShowName).Write(call, result.Answer) : 0;
    }

    private async Task<BuilderRecord> ResolveBuilderAsync(CancellationToken cancellationToken)
    {
        using var transaction = await context.Store.BeginAsync(cancellationToken);
        var builder = BuilderResolver.Resolve(context, transaction, null);
        if (!builder.IsImplicit)
            transaction.Touch(builder.Name);
        return builder;
    }

    private SolveOptions CreateOptions(BuildSources sources, BuildOutputs outputs, SshAgents agents) => new()
    {
        Frontend = "dockerfile.v0",
        FrontendAttributes = FrontendAttributes.Create(request, sources, context.Docker.GetProxies()),
        Request = request.Call is { } call ? "frontend." + call.Method : null,
        IsInternal = request.Call is not null,
        LocalDirectories = GetDirectories(sources),
        // One copy of the context per directory and machine, whoever builds it.
        SharedKey = request.ContextPath == "-" || sources.ContextDirectory is null ? "" : $"{Path.GetFileName(sources.ContextDirectory)}:{sources.ContextDirectory}:{context.Store.GetNodeId()}",
        Exports = outputs.Exports,
        Entitlements = request.NetworkMode == "host" ? [.. request.Entitlements.Append("network.host").Distinct()] : request.Entitlements,
        Services = [.. new ISessionService?[] { sources.Upload, agents.Service }.OfType<ISessionService>()],
        Secrets = request.Secrets.Count > 0 ? new SecretProvider(request.Secrets) : null,
        Credentials = new RegistryCredentialProvider(new DockerConfigCredentials(Path.Combine(context.Docker.ConfigDirectory, "config.json"))),
    };

    private Dictionary<string, string> GetDirectories(BuildSources sources)
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

    private async Task<SolveResult> SolveAsync(BuilderRecord builder, SolveOptions options, BuildSources sources, CancellationToken cancellationToken)
    {
        await using var client = await BuilderConnection.ConnectAsync(context, builder, cancellationToken);
        using var display = CreateDisplay(builder);
        try
        {
            var result = await client.SolveAsync(options, display, cancellationToken);
            display.Complete();
            if (!request.Quiet && request.Progress is not ("quiet" or "rawjson"))
                WarningReport.Write(context.Error, [.. display.GetWarnings().Select(warning => warning with { Source = Rename(warning.Source) })], context.Flags.Debug);
            return result;
        }
        catch (SolveException e)
        {
            display.Complete();
            if (request.Progress != "rawjson")
            {
                foreach (var source in e.Details.Sources)
                    FailureReport.WriteSource(context.Error, new Source { Info = Rename(source.Info), Ranges = { source.Ranges } });
            }
            throw new CliException($"failed to build: {e.Message}", innerException: e);
        }

        // The engine knows the Dockerfile by the name that it was sent under.
        SourceInfo? Rename(SourceInfo? info)
        {
            if (info is null || sources.ShowName(info.Filename) == info.Filename)
                return info;
            var renamed = info.Clone();
            renamed.Filename = sources.ShowName(info.Filename);
            return renamed;
        }
    }

    private ProgressDisplay CreateDisplay(BuilderRecord builder)
    {
        var mode = request.Quiet ? ProgressMode.Quiet : request.Progress switch
        {
            "plain" => ProgressMode.Plain,
            "tty" => ProgressMode.Tty,
            "rawjson" => ProgressMode.RawJson,
            "quiet" => ProgressMode.Quiet,
            "none" => ProgressMode.None,
            _ => ProgressMode.Auto,
        };
        var terminal = ErrorTerminal.Find();
        if (mode == ProgressMode.Tty && terminal is null)
            throw new CliException("--progress=tty needs a terminal; use --progress=plain");
        return ProgressDisplay.Create(
            mode, context.Error, terminal,
            description: $"building with \"{builder.Name}\" instance using {builder.Driver} driver", shortDescription: $"{builder.Driver}:{builder.Name}");
    }

    private void Report(SolveResult result)
    {
        var response = result.ExporterResponse;
        var id = response.GetValueOrDefault("containerimage.config.digest") ?? response.GetValueOrDefault("containerimage.digest") ?? "";
        if (request.Quiet && request.Call is null)
            context.Out.WriteLine(id);
        if (request.ImageIdFile is { } idFile)
            MetadataFile.WriteWhole(idFile, System.Text.Encoding.ASCII.GetBytes(id));
        if (request.MetadataFile is { } metadataFile)
            MetadataFile.Write(metadataFile, result.Ref, request.Call is null ? response : result.Answer);
    }
}
