using Buildx.Client;
using Buildx.Protocol.ControlApi;
using Grpc.Net.Client;

namespace Buildx.Cli.Builders;

/// <summary>The Control service of a running engine.</summary>
internal sealed class EngineConnection : IDisposable
{
    private readonly GrpcChannel _channel;

    public EngineConnection(string endpoint)
    {
        var path = endpoint.StartsWith("unix://", StringComparison.Ordinal)
            ? endpoint["unix://".Length..]
            : throw new CliException($"cannot connect to {endpoint}: only unix:// addresses are supported yet");
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            MaxReceiveMessageSize = null,
            HttpHandler = new SocketsHttpHandler
            {
                ConnectCallback = (_, cancellationToken) => new UnixSocketConnector(path).ConnectAsync(cancellationToken),
            },
        });
        Control = new Control.ControlClient(_channel);
    }

    public Control.ControlClient Control { get; }

    public void Dispose() => _channel.Dispose();
}
