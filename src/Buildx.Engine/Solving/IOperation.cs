using System.Collections.Immutable;
using Buildx.Engine.Attestations;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Solving;

/// <summary>What a vertex does, whose result is a function of its inputs and of <see cref="Key"/>.</summary>
internal interface IOperation
{
    /// <summary>Everything about the operation that its result depends on, without the inputs' content.</summary>
    Digest Key { get; }

    /// <summary>The same for keys by content: without where, in the inputs that count by content, things lie.</summary>
    Digest ContentKey => Key;

    /// <summary>True for an input of which only a selection matters: its content key is worth computing.</summary>
    bool DependsOnContent(int input);

    /// <summary>What the operation would read from this input.</summary>
    Task<InputContent> HashContentAsync(int input, OutputTree? tree, OperationContext context, CancellationToken cancellationToken);

    /// <returns>One tree per output; null for an output with nothing in it.</returns>
    Task<ImmutableArray<OutputTree?>> ExecuteAsync(OperationContext context, CancellationToken cancellationToken);
}

/// <summary>Where a graph begins: something outside that has an identity of its own.</summary>
internal interface ISourceOperation
{
    /// <summary>Finds out what the source is now. Brings no more than is needed to know that.</summary>
    Task<SourceResolution> ResolveAsync(OperationContext context, CancellationToken cancellationToken);

    /// <summary>Whether somebody who reads the tree would have to wait until it is brought.</summary>
    bool IsMissing(OutputTree tree) => false;

    /// <summary>Brings what is missing.</summary>
    Task FetchAsync(OutputTree tree, IVertexProgress progress, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <param name="Id">The same for the same content.</param>
/// <param name="KeepRecord">Whether the result is worth remembering between builds.</param>
/// <param name="Type">What such a record counts as.</param>
internal sealed record SourceResolution(Digest Id, OutputTree? Tree, bool KeepRecord, RecordType Type = RecordType.Regular)
{
    /// <summary>What the source is called in caches that builders exchange; nothing for what only one client has.</summary>
    public ImmutableArray<string> ExchangeKeys { get; init; } = [];

    /// <summary>What a statement about the build says of it.</summary>
    public SourceMaterial? Material { get; init; }
}
