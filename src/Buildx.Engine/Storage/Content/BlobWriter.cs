using System.Security.Cryptography;
using Buildx.Linux;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>A blob on its way into the store: hashed as it is written, under a name of its own until it's whole.</summary>
internal sealed class BlobWriter : IBlobWriter
{
    private readonly ContentStore _store;
    private readonly string _path;
    private readonly HashingStream _stream;
    private bool _ended;

    public BlobWriter(ContentStore store, string path)
    {
        _store = store;
        _path = path;
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 });
        _stream = new HashingStream(file);
    }

    public Stream Stream => _stream;

    public ValueTask<Digest> CommitAsync(Digest? expected, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        cancellationToken.ThrowIfCancellationRequested();
        var size = _stream.Length;
        var digest = _stream.Finish(expected is { Algorithm: not "sha256" } other ? other.Algorithm : "sha256");
        if (expected is { } wanted && wanted != digest)
            throw new InvalidDataException($"content does not match its digest: expected {wanted}, got {digest} ({size} bytes)");
        _ended = true;
        _store.Add(_path, digest, size);
        return ValueTask.FromResult(digest);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        if (_ended)
            return;
        _ended = true;
        FileSystem.RemoveFileAt(null, _path);
    }

    /// <summary>Writes to a file and hashes the same bytes.</summary>
    private sealed class HashingStream(FileStream file) : Stream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _length;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => _length;
        public override long Position { get => _length; set => throw new NotSupportedException(); }

        public Digest Finish(string algorithm)
        {
            file.Dispose();
            if (algorithm == "sha256")
            {
                Span<byte> hash = stackalloc byte[32];
                _hash.GetHashAndReset(hash);
                return Digest.FromSha256Hash(hash);
            }
            using var content = File.OpenRead(file.Name);
            var bytes = algorithm switch
            {
                "sha384" => SHA384.HashData(content),
                "sha512" => SHA512.HashData(content),
                _ => throw new InvalidDataException($"digest algorithm {algorithm} is not supported"),
            };
            return Digest.Parse($"{algorithm}:{Convert.ToHexStringLower(bytes)}");
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _hash.AppendData(buffer);
            file.Write(buffer);
            _length += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Into the page cache: there is nothing to wait for.
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush() => file.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
                _hash.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
