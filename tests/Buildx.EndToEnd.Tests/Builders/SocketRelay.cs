using System.Net;
using System.Net.Sockets;
using Buildx.Client;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary>A server at another address than its own: each connection is carried on to it.</summary>
internal sealed class SocketRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly Func<CancellationToken, ValueTask<Stream>> _connect;
    private readonly Task _accepting;
    private long _carried;

    private SocketRelay(Socket listener, EndPoint address, Func<CancellationToken, ValueTask<Stream>> connect)
    {
        (_listener, _connect) = (listener, connect);
        _listener.Bind(address);
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public EndPoint Address => _listener.LocalEndPoint!;

    /// <summary>The bytes that were sent to the server.</summary>
    public long Carried => Interlocked.Read(ref _carried);

    /// <summary>A BuildKit that is reached in some other way (inside a Docker Engine, through a command), on a socket of its own, as a daemon of its own would be.</summary>
    public static SocketRelay ToBuildkitOf(BuildkitConnector connector, string socket) =>
        new(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(socket), connector.ConnectAsync);

    /// <summary>What a Unix socket serves, on a free port of 127.0.0.1.</summary>
    public static SocketRelay ToSocket(string socket) =>
        new(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Loopback, 0), new UnixSocketConnector(socket).ConnectAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(RelayAsync(await _listener.AcceptAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        try
        {
            await using var near = new NetworkStream(client, ownsSocket: true);
            await using var far = await _connect(_stop.Token);
            await Task.WhenAny(CarryAsync(near, far), far.CopyToAsync(near, _stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Whoever is left sees that the connection has ended.
        }
    }

    /// <summary>That nothing more comes is passed on; the answer may still come.</summary>
    private async Task CarryAsync(NetworkStream near, Stream far)
    {
        var buffer = new byte[81920];
        while (await near.ReadAsync(buffer, _stop.Token) is var count and > 0)
        {
            await far.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            Interlocked.Add(ref _carried, count);
        }
        if (far is not NetworkStream stream)
            return;
        stream.Socket.Shutdown(SocketShutdown.Send);
        await Task.Delay(Timeout.Infinite, _stop.Token);
    }
}
