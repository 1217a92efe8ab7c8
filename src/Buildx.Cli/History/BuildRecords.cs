using System.Globalization;
using Buildx.Cli.Builders;
using Buildx.Drivers.Store;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.History;

/// <summary>What the nodes of a builder remember of their builds.</summary>
internal sealed class BuildRecords : IAsyncDisposable
{
    private const int Limit = 50;
    private const string TimestampHeader = "buildkit-current-timestamp";

    private readonly BuilderRecord _builder;

    private BuildRecords(CliContext context, BuilderRecord builder)
    {
        _builder = builder;
        Nodes = [.. builder.AllNodes.Select(node => new BuilderNode(context, builder, node, ""))];
    }

    public IReadOnlyList<BuilderNode> Nodes { get; }

    /// <summary>The builder that a reference names, else the one that is in use.</summary>
    /// <exception cref="CliException">There is no such builder.</exception>
    public static async Task<BuildRecords> OpenAsync(CliContext context, RecordReference reference, CancellationToken cancellationToken) =>
        new(context, await BuilderResolver.ResolveAsync(context, reference.Builder, cancellationToken));

    /// <summary>The builds that are meant, the latest first.</summary>
    /// <exception cref="CliException">There is none; the message says so.</exception>
    public async Task<IReadOnlyList<BuildRecord>> FindAsync(RecordReference reference, bool onlyCompleted, CancellationToken cancellationToken)
    {
        var records = await ListAsync(reference, RecordFilter.None, onlyCompleted, cancellationToken);
        if (reference.IsByOrder && reference.Offset > 0)
            records = [.. records.Skip(reference.Offset).Take(1)];
        if (records.Count > 0)
            return records;
        throw new CliException(
            reference.Ref.Length > 0 ? $"builder \"{_builder.Name}\" has no record of a build {reference.Ref}"
            : reference.Offset > 0 ? $"builder \"{_builder.Name}\" has no record of a build {reference.Offset} before the latest"
            : $"builder \"{_builder.Name}\" has no records of builds");
    }

    /// <summary>The build that is meant.</summary>
    /// <exception cref="CliException">There is none; the message says so.</exception>
    public async Task<BuildRecord> FindOneAsync(RecordReference reference, bool onlyCompleted, CancellationToken cancellationToken) =>
        (await FindAsync(reference, onlyCompleted, cancellationToken))[0];

    /// <summary>The latest first.</summary>
    public async Task<IReadOnlyList<BuildRecord>> ListAsync(
        RecordReference reference, RecordFilter filter, bool onlyCompleted, CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(Nodes
            .Where(node => reference.Node is null || node.Name == reference.Node)
            .Select(node => ListAsync(node, reference.Ref, filter, onlyCompleted, cancellationToken)));
        return [.. lists.SelectMany(list => list).OrderByDescending(record => record.CreatedAt)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
    }

    private async Task<IReadOnlyList<BuildRecord>> ListAsync(
        BuilderNode node, string reference, RecordFilter filter, bool onlyCompleted, CancellationToken cancellationToken)
    {
        var client = await node.ConnectAsync(cancellationToken);
        var request = new BuildHistoryRequest { Ref = reference, EarlyExit = true, Limit = Limit };
        request.Filter.AddRange(filter.ForEngine);
        try
        {
            using var call = new Control.ControlClient(client.Invoker).ListenBuildHistory(request, cancellationToken: cancellationToken);
            var now = Timestamp(await call.ResponseHeadersAsync);
            var records = new List<BuildRecord>();
            await foreach (var known in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                if (known.Type == BuildHistoryEventType.Deleted || known.Record is not { } record || (onlyCompleted && known.Type != BuildHistoryEventType.Complete))
                    continue;
                // Older engines know no filters.
                if (filter.Matches(record))
                    records.Add(new BuildRecord(_builder.Name, node, record, now));
            }
            return records;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            throw new CliException($"the engine of node \"{node.Name}\" is too old: it keeps no records of builds", innerException: e);
        }
    }

    private static DateTimeOffset Timestamp(Metadata headers) =>
        DateTimeOffset.TryParse(headers.GetValue(TimestampHeader), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.UtcNow;
}
