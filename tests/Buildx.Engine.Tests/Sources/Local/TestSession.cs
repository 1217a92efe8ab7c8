using System.Net.Sockets;
using Buildx.Engine.Server;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.SecretStore;
using Buildx.Protocol.Sessions;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Engine.Tests.Sources.Local;

/// <summary>A client that serves one directory, over a real session tunnel.</summary>
internal sealed class TestSession : ISession, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SessionConnection _connection;
    private readonly Task _serving;
    private readonly string? _offered;

    public TestSession(string directory, bool offers = false)
    {
        _offered = offers ? directory : null;
        var server = new SessionServer().Map(FileSyncCalls.ReceiveMethod, async (call, token) =>
        {
            var options = FileSyncOptions.Read(call.GetHeader);
            if (options.DirectoryName != "context")
                throw new RpcException(new Status(StatusCode.NotFound, $"no access allowed to dir \"{options.DirectoryName}\""));
            using var source = DirectorySource.Open(directory, options.Filter, resetOwner: true);
            await FileSyncSender.SendAsync(new SessionPacketStream(call), source, token);
        });
        server.MapUnary("/moby.buildkit.secrets.v1.Secrets/GetSecret", GetSecretRequest.Parser, (request, _, _) => Secrets.TryGetValue(request.ID, out var secret)
            ? Task.FromResult(new GetSecretResponse { Data = ByteString.CopyFromUtf8(secret) })
            : throw new RpcException(new Status(StatusCode.NotFound, "secret not found")));
        var (client, engine) = Connect();
        _serving = server.RunAsync(client, _stop.Token);
        _connection = SessionConnection.Open(engine);
    }

    /// <summary>What the client has for the build, by id.</summary>
    public Dictionary<string, string> Secrets { get; } = [];

    public string Id => "session";

    public string Name => "test";

    public string SharedKey => "shared";

    public CallInvoker Invoker => _connection.Invoker;

    public CancellationToken Closed => _connection.Closed;

    public bool Supports(string method) => true;

    public string? GetOfferedDirectory(string localName) => localName == "context" ? _offered : null;

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _stop.CancelAsync();
        await _serving.WaitAsync(TimeSpan.FromSeconds(10));
        _stop.Dispose();
    }

    private static (Stream, Stream) Connect()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var address = new UnixDomainSocketEndPoint($"\0buildx-test-{Guid.NewGuid():N}");
        listener.Bind(address);
        listener.Listen(1);
        var one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        one.Connect(address);
        return (new NetworkStream(one, ownsSocket: true), new NetworkStream(listener.Accept(), ownsSocket: true));
    }
}
