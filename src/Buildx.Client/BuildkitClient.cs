using Buildx.Client.Progress;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Client;

/// <summary>A client of a BuildKit daemon: the one in Buildx's own engine, or any other.</summary>
public sealed class BuildkitClient : IAsyncDisposable
{
    private readonly BuildkitConnector _connector;
    private readonly Http2Channel _channel;
    private readonly Control.ControlClient _control;

    private BuildkitClient(BuildkitConnector connector)
    {
        _connector = connector;
        _channel = Http2Channel.Create(connector.ConnectAsync);
        _control = new Control.ControlClient(_channel.Invoker);
    }

    /// <summary>For calls that this class has no method for.</summary>
    public CallInvoker Invoker => _channel.Invoker;

    /// <summary>A client that connects with its first call.</summary>
    public static BuildkitClient Create(BuildkitConnector connector) => new(connector);

    /// <summary>Connects to <c>unix://PATH</c> or <c>tcp://HOST:PORT</c> and makes sure that a BuildKit answers.</summary>
    /// <exception cref="BuildkitUnavailableException">Nothing answers there.</exception>
    public static Task<BuildkitClient> ConnectAsync(string endpoint, CancellationToken cancellationToken = default) =>
        ConnectAsync(BuildkitConnector.Parse(endpoint), cancellationToken);

    /// <inheritdoc cref="ConnectAsync(string, CancellationToken)"/>
    public static async Task<BuildkitClient> ConnectAsync(BuildkitConnector connector, CancellationToken cancellationToken = default)
    {
        var client = new BuildkitClient(connector);
        try
        {
            await client.GetWorkersAsync(cancellationToken);
            return client;
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            await client.DisposeAsync();
            throw new BuildkitUnavailableException(connector.Name, exception);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>The daemon's version; null from daemons before 0.11 (and Docker Engine), which don't tell.</summary>
    public async Task<BuildkitVersion?> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var response = await _control.InfoAsync(new InfoRequest(), cancellationToken: cancellationToken);
            return response.BuildkitVersion is { } version ? new BuildkitVersion(version.Package, version.Version, version.Revision) : null;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<Worker>> GetWorkersAsync(CancellationToken cancellationToken = default)
    {
        var response = await _control.ListWorkersAsync(new ListWorkersRequest(), cancellationToken: cancellationToken);
        return [.. response.Record.Select(Worker.From)];
    }

    /// <param name="filters">As <c>du --filter</c>; a record is listed that fits any of them.</param>
    public async Task<IReadOnlyList<CacheUsage>> GetDiskUsageAsync(IEnumerable<string>? filters = null, CancellationToken cancellationToken = default)
    {
        var request = new DiskUsageRequest();
        request.Filter.Add(filters ?? []);
        var response = await _control.DiskUsageAsync(request, cancellationToken: cancellationToken);
        return [.. response.Record.Select(CacheUsage.From)];
    }

    /// <summary>Removes cache; yields what was removed.</summary>
    public async IAsyncEnumerable<CacheUsage> PruneAsync(
        PruneOptions options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = new PruneRequest
        {
            All = options.All,
            KeepDuration = options.KeepDuration.Ticks * 100,
            ReservedSpace = options.ReservedSpace,
            MaxUsedSpace = options.MaxUsedSpace,
            MinFreeSpace = options.MinFreeSpace,
        };
        request.Filter.Add(options.Filters);
        using var call = _control.Prune(request, cancellationToken: cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
            yield return CacheUsage.From(call.ResponseStream.Current);
    }

    /// <summary>Builds, or asks the frontend something. Cancelling cancels the build at the daemon too.</summary>
    /// <param name="progress">Told how it goes, from one thread at a time.</param>
    /// <exception cref="SolveException">The build failed.</exception>
    public Task<SolveResult> SolveAsync(SolveOptions options, IProgressSink? progress = null, CancellationToken cancellationToken = default)
    {
        if (options.Act is null && options.Frontend.Length > 0 == options.Definition is not null)
            throw new ArgumentException("either a frontend or a definition says what is built", nameof(options));
        return new Solve(_control, _channel.Invoker, _connector, options, progress).RunAsync(cancellationToken);
    }

    /// <summary>Serves directories for several builds at once, until it is disposed.</summary>
    /// <param name="directories">By the name of the local source.</param>
    /// <param name="sharedKey">As <see cref="SolveOptions.SharedKey"/>.</param>
    public Task<SharedSession> ShareAsync(IReadOnlyDictionary<string, string> directories, string sharedKey, CancellationToken cancellationToken = default) =>
        SharedSession.OpenAsync(_control, _connector, directories, sharedKey, cancellationToken);

    public ValueTask DisposeAsync() => _channel.DisposeAsync();
}
