using System.Net.Sockets;
using Buildx.Engine.Execution;
using Buildx.Linux.Processes;
using Buildx.Llb;
using Google.Protobuf;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>
/// One run of a frontend's image: a container whose standard input and output are a connection, over which it finds
/// <c>LLBBridge</c>.
/// </summary>
internal sealed class FrontendRun(FrontendProgram program, FrontendCatalog catalog, IFrontendBridge bridge)
{
    private const string MetadataDirectory = "/run/config/buildkit/metadata";

    /// <summary>For a frontend that has returned, or whose connection has ended, to end itself.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private readonly LastOutput _errors = new();

    public async Task<FrontendResult> RunAsync(FrontendRequest request, CancellationToken cancellationToken)
    {
        if (program.Tree is null)
            throw new FrontendException($"the frontend {program.Name} is an empty image: it has no program to run");
        var definition = LlbDefinition.Write(program.Tree);
        var snapshot = await (await bridge.ReferenceAsync(definition, cancellationToken)).EvaluateAsync(cancellationToken);
        await using var root = await catalog.Exec.Storage.Layers.MountWritableAsync(snapshot, null, cancellationToken);
        var metadata = Directory.CreateDirectory(Path.Combine(catalog.Exec.Storage.TemporaryPath, "frontend-" + Guid.NewGuid().ToString("N")));
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(metadata.FullName, "frontend.bin"), definition.ToByteArray(), cancellationToken);
            var spec = new ExecutionSpec(
                root.Path, ReadOnlyRoot: false, [.. program.Arguments], [.. Environment(request)], program.WorkingDirectory, "",
                bridge.WorkerPlatforms is [var native, ..] ? native : Oci.Platform.Host)
            {
                Mounts = [new BindExecutionMount(MetadataDirectory, metadata.FullName, ReadOnly: true)],
                Network = program.HasNetwork ? NetworkMode.Default : NetworkMode.None,
            };
            return await RunAsync(spec, request, cancellationToken);
        }
        finally
        {
            metadata.Delete(recursive: true);
        }
    }

    private async Task<FrontendResult> RunAsync(ExecutionSpec spec, FrontendRequest request, CancellationToken cancellationToken)
    {
        await using var build = new GatewayBuild(request, bridge, catalog);
        var (here, there) = ConnectedPair.Create();
        await using var stream = new FrontendStream(new NetworkStream(here, ownsSocket: true));
        using var kill = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var container = catalog.Exec.Executor.RunAsync(spec, _errors, kill.Token, new ProcessControl { Input = there, Output = there });
        var server = FrontendServer.RunAsync(build, stream, stop.Token);
        try
        {
            await Task.WhenAny(container, server, build.Result);
            // Either is the end; the frontend is given a moment to go by itself.
            if (!container.IsCompleted)
                await Task.WhenAny(container, Task.Delay(EndPatience, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            int? exitCode = container.IsCompleted ? await container : null;
            return Judge(build, stream, exitCode);
        }
        finally
        {
            await kill.CancelAsync();
            await container.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await stop.CancelAsync();
            await server.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <param name="exitCode">Null when it had to be killed.</param>
    private FrontendResult Judge(GatewayBuild build, FrontendStream stream, int? exitCode)
    {
        // What it returned as its error says more than how it ended.
        if (build.Result.IsFaulted)
            build.Result.GetAwaiter().GetResult();
        if (exitCode is not (null or 0))
            throw new FrontendException(Describe($"the frontend {program.Name} failed with exit code {exitCode}"));
        if (build.Result.IsCompletedSuccessfully)
            return build.Result.Result;
        if (stream.Foreign is { } text)
        {
            throw new FrontendException(
                $"the image {program.Name} is no frontend: instead of gRPC it wrote to its standard output: {text.Trim().ReplaceLineEndings(" ")}");
        }
        throw new FrontendException(Describe(
            !stream.HasBegun ? $"the image {program.Name} is no frontend: it ended without a word of gRPC on its standard output"
            : exitCode is null ? $"the frontend {program.Name} closed its connection without a result, and had to be ended"
            : $"the frontend {program.Name} ended without a result"));
    }

    private string Describe(string what) => _errors.ToString() is { Length: > 0 } last ? $"{what}; it wrote last:\n{last}" : what;

    private IEnumerable<string> Environment(FrontendRequest request)
    {
        foreach (var entry in program.Config.Env ?? [])
            yield return entry;
        var number = 0;
        foreach (var (key, value) in request.Options.OrderBy(option => option.Key, StringComparer.Ordinal))
            yield return $"BUILDKIT_FRONTEND_OPT_{number++}={key}={value}";
        yield return $"BUILDKIT_SESSION_ID={bridge.SessionId}";
        yield return $"BUILDKIT_WORKERS={WorkerJson.Write(catalog.Worker.ToRecord())}";
        yield return "BUILDKIT_EXPORTEDPRODUCT=buildkit";
    }
}
