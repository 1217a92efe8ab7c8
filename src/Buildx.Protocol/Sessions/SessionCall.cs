using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Buildx.Protocol.Sessions;

/// <summary>One call of the daemon to a service of the session.</summary>
public sealed class SessionCall
{
    private const int FrameHeaderSize = 5;
    private const int FlushThreshold = 64 * 1024;

    private readonly IHeaderDictionary _headers;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;

    internal SessionCall(IFeatureCollection features, string path)
    {
        Path = path;
        _headers = features.GetRequiredFeature<IHttpRequestFeature>().Headers;
        _reader = features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        _writer = features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
    }

    /// <summary>Service and method, e.g. <c>/moby.filesync.v1.Auth/Credentials</c>.</summary>
    public string Path { get; }

    /// <summary>All values of a header, as they were sent (repeated ones are not joined).</summary>
    public IReadOnlyList<string> GetHeader(string name) => [.. _headers[name].OfType<string>()];

    /// <summary>The headers whose name begins so, by the rest of the name; repeated values joined with commas.</summary>
    public IReadOnlyDictionary<string, string> GetHeadersWithPrefix(string prefix) =>
        _headers.Where(header => header.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key[prefix.Length..].ToLowerInvariant(), header => string.Join(',', header.Value.ToArray()));

    /// <summary>The next message; null at the end.</summary>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            if (TryParse(result.Buffer, parser, out var message, out var consumed))
            {
                _reader.AdvanceTo(consumed);
                return message;
            }
            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (!result.IsCompleted)
                continue;
            return result.Buffer.IsEmpty ? null : throw new RpcException(new Status(StatusCode.Internal, "A message ends in the middle."));
        }
    }

    /// <summary>The next message; an error at the end.</summary>
    public async ValueTask<T> ReadRequiredAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T> =>
        await ReadAsync(parser, cancellationToken) ?? throw new RpcException(new Status(StatusCode.Internal, "The request has no message."));

    /// <summary>Buffers the message, and sends what is buffered when it is much. One at a time.</summary>
    public async ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        var size = message.CalculateSize();
        var span = _writer.GetSpan(FrameHeaderSize + size);
        span[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], size);
        message.WriteTo(span.Slice(FrameHeaderSize, size));
        _writer.Advance(FrameHeaderSize + size);
        if (_writer.CanGetUnflushedBytes && _writer.UnflushedBytes >= FlushThreshold)
            await FlushAsync(cancellationToken);
    }

    /// <summary>Sends what is buffered.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        var result = await _writer.FlushAsync(cancellationToken);
        if (result.IsCompleted || result.IsCanceled)
            throw new OperationCanceledException("The daemon has ended the call.");
    }

    private static bool TryParse<T>(ReadOnlySequence<byte> buffer, MessageParser<T> parser, out T? message, out SequencePosition consumed)
        where T : class, IMessage<T>
    {
        message = null;
        consumed = buffer.Start;
        if (buffer.Length < FrameHeaderSize)
            return false;
        Span<byte> header = stackalloc byte[FrameHeaderSize];
        buffer.Slice(0, FrameHeaderSize).CopyTo(header);
        var size = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (header[0] != 0)
            throw new RpcException(new Status(StatusCode.Unimplemented, "Compressed messages are not supported."));
        if (size > Http2Channel.MaxMessageSize)
            throw new RpcException(new Status(StatusCode.ResourceExhausted, $"A message of {size} bytes is too large."));
        if (buffer.Length < FrameHeaderSize + size)
            return false;
        var body = buffer.Slice(FrameHeaderSize, size);
        message = parser.ParseFrom(body);
        consumed = body.End;
        return true;
    }
}
