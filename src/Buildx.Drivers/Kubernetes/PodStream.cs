using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Buildx.Protocol;

namespace Buildx.Drivers.Kubernetes;

/// <summary>
/// The standard streams of a program in a pod, in one WebSocket: each message has its channel in front of it. Since version 5 the
/// end of the standard input can be told.
/// </summary>
/// <remarks><see href="https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets"/></remarks>
internal sealed class PodStream(WebSocket socket, string program) : UnseekableStream
{
    private const string ProtocolWithClose = "v5.channel.k8s.io";

    private const byte Input = 0;
    private const byte Output = 1;
    private const byte Errors = 2;
    private const byte Result = 3;
    private const byte EndOfChannel = 255;
    private const int LongestMessage = 64 * 1024;
    private const int LongestReport = 4096;

    private readonly byte[] _channel = new byte[1];
    private readonly StringBuilder _errors = new();
    private readonly StringBuilder _result = new();
    private bool _isInOutput;
    private bool _hasEnded;

    /// <summary>What is spoken here, best first.</summary>
    public static IReadOnlyList<string> Protocols { get; } = [ProtocolWithClose, "v4.channel.k8s.io"];

    public override bool CanRead => true;

    public override bool CanWrite => true;

    /// <summary>What the program writes to its standard output.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || _hasEnded)
            return 0;
        try
        {
            while (true)
            {
                if (!_isInOutput && !await FindOutputAsync(cancellationToken))
                    return End();
                var received = await socket.ReceiveAsync(buffer, cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                    return End();
                _isInOutput = !received.EndOfMessage;
                if (received.Count > 0)
                    return received.Count;
            }
        }
        catch (WebSocketException e)
        {
            throw new IOException($"the connection to \"{program}\" broke: {e.Message}", e);
        }
    }

    /// <summary>What the program reads.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            for (; buffer.Length > 0; buffer = buffer[Math.Min(buffer.Length, LongestMessage)..])
                await SendAsync(Input, buffer[..Math.Min(buffer.Length, LongestMessage)], cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new IOException($"the connection to \"{program}\" broke: {e.Message}", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            socket.Dispose();
        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            if (socket is { State: WebSocketState.Open, SubProtocol: ProtocolWithClose })
                await SendAsync(EndOfChannel, new[] { Input }, timeout.Token);
            if (socket.State == WebSocketState.Open)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException or IOException)
        {
        }
        await base.DisposeAsync();
    }

    /// <summary>In one frame: not every server puts fragments together.</summary>
    private async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(content.Length + 1);
        try
        {
            message[0] = channel;
            content.CopyTo(message.AsMemory(1));
            await socket.SendAsync(message.AsMemory(0, content.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Reads on to a message of the program's output, and up to its content.</summary>
    private async ValueTask<bool> FindOutputAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var received = await socket.ReceiveAsync(_channel.AsMemory(), cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
                return false;
            // Servers begin with an empty message for each channel.
            if (received.EndOfMessage)
                continue;
            if (_channel[0] == Output)
                return true;
            var text = await ReadRestAsync(cancellationToken);
            if (_channel[0] == Errors && _errors.Length < LongestReport)
                _errors.Append(text);
            else if (_channel[0] == Result)
                _result.Append(text);
        }
    }

    private async ValueTask<string> ReadRestAsync(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var buffer = new byte[1024];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            text.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
        while (!received.EndOfMessage && received.MessageType != WebSocketMessageType.Close);
        return text.ToString();
    }

    /// <summary>The program has ended, and how.</summary>
    private int End()
    {
        _hasEnded = true;
        var problem = _result.ToString();
        try
        {
            var status = JsonNode.Parse(problem);
            if ((string?)status?["status"] == "Success")
                return 0;
            problem = (string?)status?["message"] ?? problem;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
        }
        var errors = _errors.ToString().Trim();
        if (problem.Length == 0 && errors.Length == 0)
            return 0;
        throw new IOException($"\"{program}\" ended: {(errors.Length == 0 ? problem : problem.Length == 0 ? errors : $"{errors} ({problem})")}");
    }
}
