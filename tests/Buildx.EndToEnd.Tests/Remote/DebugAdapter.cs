using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Buildx.EndToEnd.Tests;

/// <summary>An editor's side of the Debug Adapter Protocol, which <c>docker buildx dap</c> speaks on its standard streams.</summary>
internal sealed class DebugAdapter(Process process) : IDisposable
{
    private readonly Stream _output = process.StandardOutput.BaseStream;
    private int _sequence;

    public async Task SendAsync(string command, JsonObject arguments)
    {
        var message = Encoding.UTF8.GetBytes(new JsonObject { ["seq"] = ++_sequence, ["type"] = "request", ["command"] = command, ["arguments"] = arguments }.ToJsonString());
        var input = process.StandardInput.BaseStream;
        await input.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {message.Length}\r\n\r\n")));
        await input.WriteAsync(message);
        await input.FlushAsync();
    }

    /// <summary>Sends a request and returns the body of its response.</summary>
    public async Task<JsonElement> AskAsync(string command, JsonObject arguments)
    {
        await SendAsync(command, arguments);
        return await WaitAsync("command", command);
    }

    /// <summary>Reads on to the next event of this name; returns its body.</summary>
    public Task<JsonElement> EventAsync(string name) => WaitAsync("event", name);

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private async Task<JsonElement> WaitAsync(string property, string value)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var message = await ReadAsync(timeout.Token);
            if (message.TryGetProperty(property, out var found) && found.GetString() == value)
                return message.TryGetProperty("body", out var body) ? body : default;
        }
    }

    private async Task<JsonElement> ReadAsync(CancellationToken cancellationToken)
    {
        var header = new StringBuilder();
        var one = new byte[1];
        while (!header.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await _output.ReadExactlyAsync(one, cancellationToken);
            header.Append((char)one[0]);
        }
        var message = new byte[int.Parse(header.ToString().Split(':')[1], CultureInfo.InvariantCulture)];
        await _output.ReadExactlyAsync(message, cancellationToken);
        return JsonDocument.Parse(message).RootElement;
    }
}
