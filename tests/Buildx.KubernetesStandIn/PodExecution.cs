using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Buildx.KubernetesStandIn;

/// <summary>A program in a pod, its standard streams as channels of a WebSocket, as the API's versions 4 and 5 have them.</summary>
internal static class PodExecution
{
    private const byte Output = 1;
    private const byte Errors = 2;
    private const byte Result = 3;
    private const byte EndOfChannel = 255;

    public static async Task RunAsync(HttpContext context, string executable, StandInPod pod, string protocol)
    {
        var query = context.Request.Query;
        if (!context.WebSockets.IsWebSocketRequest)
            throw new RefusedException(400, "BadRequest", "the stand-in runs programs over WebSocket only");
        if (!context.WebSockets.WebSocketRequestedProtocols.Contains(protocol))
            throw new RefusedException(400, "BadRequest", $"want {protocol}");
        if (query["container"].FirstOrDefault() is { } container && container != (string?)pod.Container["name"])
            throw new RefusedException(400, "BadRequest", $"container {container} is not valid for pod {pod.Name}");
        string[] command = [.. query["command"].OfType<string>()];
        if (command is not ["buildctl", ..] || query["stdin"] != "true" || query["stdout"] != "true")
            throw new RefusedException(400, "BadRequest", "the stand-in's pods have the program buildctl only");
        using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        using var process = Process.Start(new ProcessStartInfo(executable, ["buildctl", "--addr", pod.EngineAddress, .. command[1..]])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var sending = new SemaphoreSlim(1);
        try
        {
            // As the kubelet does: one empty message for each channel.
            foreach (var channel in new[] { (byte)0, Output, Errors, Result })
                await SendAsync(socket, sending, channel, default, context.RequestAborted);
            var reading = ReadAsync(socket, process, protocol == "v5.channel.k8s.io", context.RequestAborted);
            await Task.WhenAll(
                CopyAsync(process.StandardOutput.BaseStream, socket, sending, Output, context.RequestAborted),
                CopyAsync(process.StandardError.BaseStream, socket, sending, Errors, context.RequestAborted));
            await process.WaitForExitAsync(context.RequestAborted);
            var status = process.ExitCode == 0
                ? new JsonObject { ["metadata"] = new JsonObject(), ["status"] = "Success" }
                : new JsonObject { ["metadata"] = new JsonObject(), ["status"] = "Failure", ["reason"] = "NonZeroExitCode", ["message"] = $"command terminated with non-zero exit code: exit status {process.ExitCode}" };
            await SendAsync(socket, sending, Result, Encoding.UTF8.GetBytes(status.ToJsonString()), context.RequestAborted);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            await reading;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client has left.
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task ReadAsync(WebSocket socket, Process process, bool canEndInput, CancellationToken cancellationToken)
    {
        var buffer = new byte[128 * 1024];
        try
        {
            while (true)
            {
                var length = 0;
                ValueWebSocketReceiveResult received;
                do
                {
                    received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                    length += received.Count;
                }
                while (!received.EndOfMessage);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                if (canEndInput && buffer[0] == EndOfChannel)
                    break;
                if (buffer[0] != 0)
                    throw new IOException($"the client wrote to channel {buffer[0]}");
                await process.StandardInput.BaseStream.WriteAsync(buffer.AsMemory(1, length - 1), cancellationToken);
                await process.StandardInput.BaseStream.FlushAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
        }
        process.StandardInput.Close();
    }

    private static async Task CopyAsync(Stream from, WebSocket socket, SemaphoreSlim sending, byte channel, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            await SendAsync(socket, sending, channel, buffer.AsMemory(0, read), cancellationToken);
    }

    private static async Task SendAsync(WebSocket socket, SemaphoreSlim sending, byte channel, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync((byte[])[channel, .. content.Span], WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        finally
        {
            sending.Release();
        }
    }
}
