using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Buildx.Engine.Storage;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Google.Protobuf;

namespace Buildx.Engine.BuildRecords;

/// <summary>
/// A build's progress as a blob (<c>application/vnd.buildkit.status.v0</c>): its status messages, each behind its length in four
/// bytes, little-endian.
/// </summary>
internal static class StatusLog
{
    public const string MediaType = "application/vnd.buildkit.status.v0";

    public static async Task<StatusLogSummary> WriteAsync(IContentStore content, IAsyncEnumerable<StatusResponse> changes, CancellationToken cancellationToken)
    {
        await using var writer = content.Create();
        var steps = new Dictionary<string, (bool IsCached, bool IsCompleted)>();
        var (warnings, size) = (0, 0L);
        await foreach (var change in changes.WithCancellation(cancellationToken))
        {
            warnings += change.Warnings.Count;
            foreach (var vertex in change.Vertexes)
            {
                var known = steps.GetValueOrDefault(vertex.Digest);
                steps[vertex.Digest] = (known.IsCached || vertex.Cached, known.IsCompleted || vertex.Completed is not null);
            }
            var frame = new byte[4 + change.CalculateSize()];
            BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - 4);
            change.WriteTo(frame.AsSpan(4));
            await writer.Stream.WriteAsync(frame, cancellationToken);
            size += frame.Length;
        }
        var digest = await writer.CommitAsync(null, cancellationToken);
        return new StatusLogSummary(
            digest, size, steps.Count, steps.Values.Count(step => step.IsCached), steps.Values.Count(step => step.IsCompleted), warnings);
    }

    public static async IAsyncEnumerable<StatusResponse> ReadAsync(
        IContentStore content, Digest digest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = content.OpenRead(digest);
        var length = new byte[4];
        while (await stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false, cancellationToken) == length.Length)
        {
            var message = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
            await stream.ReadExactlyAsync(message, cancellationToken);
            yield return StatusResponse.Parser.ParseFrom(message);
        }
    }
}
