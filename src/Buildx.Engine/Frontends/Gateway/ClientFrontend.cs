using System.Collections.Concurrent;

namespace Buildx.Engine.Frontends.Gateway;

/// <summary>
/// A frontend that runs in the client, which asks over <c>LLBBridge</c> for what it needs and at last returns the result: how
/// Buildx builds.
/// </summary>
internal sealed class ClientFrontend : IFrontend
{
    private readonly TaskCompletionSource<(IFrontendBridge Bridge, FrontendRequest Request)> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<FrontendResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, IBuildReference> _references = [];

    public async Task<FrontendResult> SolveAsync(FrontendRequest request, IFrontendBridge bridge, CancellationToken cancellationToken)
    {
        _started.TrySetResult((bridge, request));
        return await _result.Task.WaitAsync(cancellationToken);
    }

    /// <summary>The build that the client works for, once it has begun.</summary>
    public Task<(IFrontendBridge Bridge, FrontendRequest Request)> WaitAsync(CancellationToken cancellationToken) => _started.Task.WaitAsync(cancellationToken);

    /// <returns>The id by which the client names this result from now on.</returns>
    public string Add(IBuildReference reference)
    {
        var id = Guid.NewGuid().ToString("N")[..25];
        _references[id] = reference;
        return id;
    }

    /// <summary>Null for the empty id, which stands for an empty tree.</summary>
    /// <exception cref="InvalidOperationException">There is no such result in this build.</exception>
    public IBuildReference? Get(string id) => id.Length == 0
        ? null
        : _references.TryGetValue(id, out var reference)
            ? reference
            : throw new InvalidOperationException($"no such result in this build: {id}");

    public void Return(FrontendResult result) => _result.TrySetResult(result);

    public void Fail(string message) => _result.TrySetException(new FrontendException(message));
}
