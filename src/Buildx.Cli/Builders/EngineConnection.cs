using Buildx.Client;
using Buildx.Protocol.ControlApi;

namespace Buildx.Cli.Builders;

/// <summary>The Control service of a running engine.</summary>
internal sealed class EngineConnection : IAsyncDisposable
{
    private readonly BuildkitClient _client;

    public EngineConnection(BuildkitConnector connector)
    {
        _client = BuildkitClient.Create(connector);
        Control = new Control.ControlClient(_client.Invoker);
    }

    public Control.ControlClient Control { get; }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
