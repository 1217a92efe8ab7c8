using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Sessions;
using Buildx.Protocol.SshForwarding;
using Google.Protobuf;
using Grpc.Core;
using BytesMessage = Buildx.Protocol.ControlApi.BytesMessage;

namespace Buildx.Client;

/// <summary>
/// Lets the daemon use ssh agents of this machine. It may list keys and sign with them, and nothing else: adding, removing and
/// locking keys is answered with a failure, and never reaches the agent.
/// </summary>
/// <param name="sockets">The agents' sockets by id.</param>
public sealed class SshAgentService(IReadOnlyDictionary<string, string> sockets) : ISessionService
{
    private const int LengthSize = 4;

    // OpenSSH's own limit.
    private const int MaximumMessage = 256 << 10;

    // Of draft-miller-ssh-agent.
    private const byte ListKeys = 11;
    private const byte Sign = 13;

    private static readonly byte[] Failure = [0, 0, 0, 1, 5];

    public void Register(SessionServer server)
    {
        server.MapUnary(SessionStreams.CheckAgentMethod, CheckAgentRequest.Parser, (request, _, _) =>
        {
            Find(request.ID);
            return Task.FromResult(new CheckAgentResponse());
        });
        server.Map(SessionStreams.ForwardAgentMethod, ForwardAsync);
    }

    private string Find(string id)
    {
        if (id.Length == 0)
            id = SessionStreams.DefaultAgent;
        return sockets.TryGetValue(id, out var path)
            ? path
            : throw new RpcException(new Status(StatusCode.NotFound, $"no ssh agent \"{id}\" is forwarded"));
    }

    private async Task ForwardAsync(SessionCall call, CancellationToken cancellationToken)
    {
        var path = Find(call.GetHeader(SessionStreams.AgentIdKey) is [var id, ..] ? id : "");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        }
        catch (SocketException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"the ssh agent at {path} does not answer: {e.Message}"));
        }
        await using var agent = new NetworkStream(socket);
        // Whoever is to write first may wait for the answer's beginning.
        await call.FlushAsync(cancellationToken);
        var requests = new Pipe();
        var receiving = ReceiveAsync(call, requests.Writer, cancellationToken);
        while (await ReadMessageAsync(requests.Reader, cancellationToken) is { } message)
        {
            var answer = message is [_, _, _, _, ListKeys or Sign, ..] ? await AskAsync(agent, message, cancellationToken) : Failure;
            await call.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(answer) }, cancellationToken);
            await call.FlushAsync(cancellationToken);
        }
        await receiving;
    }

    private static async Task ReceiveAsync(SessionCall call, PipeWriter requests, CancellationToken cancellationToken)
    {
        try
        {
            while (await call.ReadAsync(BytesMessage.Parser, cancellationToken) is { } message)
                await requests.WriteAsync(message.Data.Memory, cancellationToken);
            await requests.CompleteAsync();
        }
        catch (Exception e)
        {
            await requests.CompleteAsync(e);
        }
    }

    /// <returns>With its length; null at the end.</returns>
    private static async Task<byte[]?> ReadMessageAsync(PipeReader requests, CancellationToken cancellationToken)
    {
        var start = await requests.ReadAtLeastAsync(LengthSize, cancellationToken);
        if (start.Buffer.Length < LengthSize)
            return null;
        var length = ReadLength(System.Buffers.BuffersExtensions.ToArray(start.Buffer.Slice(0, LengthSize)));
        requests.AdvanceTo(start.Buffer.Start);
        var whole = await requests.ReadAtLeastAsync(LengthSize + length, cancellationToken);
        if (whole.Buffer.Length < LengthSize + length)
            return null;
        var message = whole.Buffer.Slice(0, LengthSize + length);
        var bytes = System.Buffers.BuffersExtensions.ToArray(message);
        requests.AdvanceTo(message.End);
        return bytes;
    }

    private static async Task<byte[]> AskAsync(Stream agent, byte[] message, CancellationToken cancellationToken)
    {
        try
        {
            await agent.WriteAsync(message, cancellationToken);
            var length = new byte[LengthSize];
            await agent.ReadExactlyAsync(length, cancellationToken);
            var answer = new byte[LengthSize + ReadLength(length)];
            length.CopyTo(answer, 0);
            await agent.ReadExactlyAsync(answer.AsMemory(LengthSize), cancellationToken);
            return answer;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"the ssh agent ended the connection: {e.Message}"));
        }
    }

    private static int ReadLength(ReadOnlySpan<byte> length) => BinaryPrimitives.ReadUInt32BigEndian(length) is var count and > 0 and <= MaximumMessage
        ? (int)count
        : throw new RpcException(new Status(StatusCode.InvalidArgument, "what was sent is no message for an ssh agent"));
}
