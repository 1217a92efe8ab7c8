using System.Collections.Concurrent;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Sources.Image;

internal sealed class MemoryContentStore : IContentStore
{
    public ConcurrentDictionary<Digest, byte[]> Blobs { get; } = new();

    IReadOnlyCollection<KeyValuePair<Digest, long>> IContentStore.Blobs => [.. Blobs.Select(blob => KeyValuePair.Create(blob.Key, (long)blob.Value.Length))];

    public bool TryGetSize(Digest digest, out long size)
    {
        var found = Blobs.TryGetValue(digest, out var content);
        size = content?.Length ?? 0;
        return found;
    }

    public Stream OpenRead(Digest digest) => Blobs.TryGetValue(digest, out var content) ? new MemoryStream(content) : throw new FileNotFoundException();

    public IBlobWriter Create() => new Writer(this);

    private sealed class Writer(MemoryContentStore store) : IBlobWriter
    {
        private readonly MemoryStream _content = new();

        public Stream Stream => _content;

        public ValueTask<Digest> CommitAsync(Digest? expected, CancellationToken cancellationToken)
        {
            var digest = Digest.Sha256(_content.ToArray());
            if (expected is { } wanted && wanted != digest)
                throw new InvalidDataException();
            store.Blobs[digest] = _content.ToArray();
            return ValueTask.FromResult(digest);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
