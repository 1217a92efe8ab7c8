using System.Collections.Concurrent;
using System.Collections.Immutable;
using Buildx.Engine.Solving;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Solving;

/// <summary>The real operations; remembers which steps ran, and lets a test do something while one runs.</summary>
internal sealed class WatchedOperations(IOperationFactory inner) : IOperationFactory
{
    private readonly ConcurrentQueue<string> _ran = [];

    /// <summary>The steps that ran, in order.</summary>
    public string[] Ran => [.. _ran];

    /// <summary>Called when a step begins.</summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Called when a step has done its work, before its result is stored.</summary>
    public Func<string, CancellationToken, Task> After { get; set; } = (_, _) => Task.CompletedTask;

    public void Forget() => _ran.Clear();

    public object Create(LlbVertex vertex) => inner.Create(vertex) switch
    {
        IOperation operation => new Watched(this, vertex.Name, operation),
        var source => source,
    };

    private sealed class Watched(WatchedOperations owner, string name, IOperation operation) : IOperation
    {
        public Digest Key => operation.Key;

        public Digest ContentKey => operation.ContentKey;

        public bool DependsOnContent(int input) => operation.DependsOnContent(input);

        public Task<InputContent> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken) =>
            operation.HashContentAsync(input, tree, context, cancellationToken);

        public async Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken)
        {
            owner._ran.Enqueue(name);
            await owner.Before(name, cancellationToken);
            var outputs = await operation.ExecuteAsync(context, cancellationToken);
            await owner.After(name, cancellationToken);
            return outputs;
        }
    }
}
