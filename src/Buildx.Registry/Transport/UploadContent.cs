using System.Net;
using System.Net.Http.Headers;

namespace Buildx.Registry;

/// <summary>A blob on its way out, counted.</summary>
internal sealed class UploadContent : HttpContent
{
    private readonly Stream _content;
    private readonly long _size;
    private readonly IProgress<long>? _progress;

    public UploadContent(Stream content, long size, IProgress<long>? progress)
    {
        (_content, _size, _progress) = (content, size, progress);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Headers.ContentLength = size;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[256 * 1024];
        long sent = 0;
        for (int count; (count = await _content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            sent += count;
            _progress?.Report(sent);
        }
        if (sent != _size)
            throw new EndOfStreamException($"the blob has {sent} bytes instead of {_size}");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _size;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _content.Dispose();
        base.Dispose(disposing);
    }
}
