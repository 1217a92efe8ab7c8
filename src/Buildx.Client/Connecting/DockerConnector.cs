using Buildx.Protocol.Sessions;

namespace Buildx.Client;

/// <summary>
/// The BuildKit inside a Docker Engine: its API behind an HTTP upgrade to <c>h2c</c> at <c>/grpc</c>, sessions behind one at
/// <c>/session</c>.
/// </summary>
/// <param name="name">The Docker Engine's address, for messages.</param>
/// <param name="connect">Opens a connection to its HTTP API.</param>
public sealed class DockerConnector(string name, Func<CancellationToken, ValueTask<Stream>> connect) : BuildkitConnector
{
    public override string Name => name;

    /// <summary>For a Docker Engine's Unix socket.</summary>
    public static DockerConnector ForSocket(string path) => new($"unix://{path}", new UnixSocketConnector(path).ConnectAsync);

    public override ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken) =>
        HttpUpgrade.OpenAsync(connect, name, "/grpc", "h2c", [], null, cancellationToken);

    public override async ValueTask<Stream?> OpenSessionAsync(SessionHeaders headers, CancellationToken cancellationToken) =>
        await HttpUpgrade.OpenAsync(connect, name, "/session", "h2c", headers.ToPairs(), null, cancellationToken);
}
