using Buildx.Client;
using Buildx.Protocol.ContentStore;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Cli.History;

/// <summary>What records point at, in the stores of one or more nodes.</summary>
internal sealed class RecordBlobs(IReadOnlyList<BuildkitClient> clients)
{
    private readonly IReadOnlyList<Content.ContentClient> _stores = [.. clients.Select(client => new Content.ContentClient(client.Invoker))];

    /// <returns>Null when nobody has it.</returns>
    public async Task<long?> FindSizeAsync(string digest, CancellationToken cancellationToken) => (await FindAsync(digest, cancellationToken))?.Size;

    /// <exception cref="CliException">Nobody has it.</exception>
    public async Task<byte[]> ReadAsync(string digest, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await CopyAsync(digest, buffer, cancellationToken);
        return buffer.ToArray();
    }

    /// <exception cref="CliException">Nobody has it.</exception>
    public async Task CopyAsync(string digest, Stream target, CancellationToken cancellationToken)
    {
        var (store, _) = await FindAsync(digest, cancellationToken) ?? throw new CliException($"the engine no longer has {digest}");
        using var call = store.Read(new ReadContentRequest { Digest = digest }, cancellationToken: cancellationToken);
        await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
            await target.WriteAsync(part.Data.Memory, cancellationToken);
    }

    private async Task<(Content.ContentClient Store, long Size)?> FindAsync(string digest, CancellationToken cancellationToken)
    {
        foreach (var store in _stores)
        {
            try
            {
                return (store, (await store.InfoAsync(new InfoRequest { Digest = digest }, cancellationToken: cancellationToken)).Info.Size);
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
            {
                continue;
            }
        }
        return null;
    }
}
