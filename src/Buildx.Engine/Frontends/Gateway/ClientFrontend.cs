namespace Buildx.Engine.Frontends.Gateway;

/// <summary>
/// A frontend that runs in the client, which asks over <c>LLBBridge</c> for what it needs and at last returns the result: how
/// Buildx builds.
/// </summary>
internal sealed class ClientFrontend(FrontendCatalog catalog) : IFrontend
{
    private readonly TaskCompletionSource<GatewayBuild> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<FrontendResult> SolveAsync(FrontendRequest request, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        await using var build = new GatewayBuild(request, bridge, catalog);
        _started.TrySetResult(build);
        return await build.Result.WaitAsync(cancellationToken);
    }

    /// <summary>The build ended; if its frontend was never asked, calls that wait for it learn why.</summary>
    public void Fail(Exception reason)
    {
        _started.TrySetException(reason);
        // Nobody may be waiting.
        _ = _started.Task.Exception;
    }

    /// <summary>The build that the client works for, once it has begun.</summary>
    /// <exception cref="Exception">It failed before it began.</exception>
    public Task<GatewayBuild> WaitAsync(CancellationToken cancellationToken) => _started.Task.WaitAsync(cancellationToken);
}
