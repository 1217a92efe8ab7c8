using Buildx.Engine.Execution;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;
using Buildx.Oci;

namespace Buildx.Engine.Operations.Exec;

/// <summary>What all steps of the engine share.</summary>
/// <param name="maximumParallelism">Steps that run at the same time; null is without limit.</param>
internal sealed class ExecEnvironment(IStorage storage, IExecutor executor, IEmulation emulation, int? maximumParallelism) : IDisposable
{
    private readonly SemaphoreSlim? _turns = maximumParallelism is { } limit ? new SemaphoreSlim(limit) : null;

    public IStorage Storage => storage;

    public IExecutor Executor => executor;

    public IEmulation Emulation => emulation;

    /// <summary>Waits until one more step may run; disposing gives the turn back.</summary>
    public async ValueTask<IDisposable?> WaitForTurnAsync(CancellationToken cancellationToken)
    {
        if (_turns is null)
            return null;
        await _turns.WaitAsync(cancellationToken);
        return new Turn(_turns);
    }

    public Task<Digest> HashTreeAsync(FileTree tree, string selector, CancellationToken cancellationToken) => throw null!;

    public Task CopyTreeAsync(FileTree tree, string selector, string destination, CancellationToken cancellationToken) => throw null!;

    public void Dispose() => _turns?.Dispose();

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
