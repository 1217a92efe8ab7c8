using Buildx.Protocol.Sessions;
using Grpc.Core;

namespace Buildx.Engine.Server.Sessions;

/// <summary>A connected client's session.</summary>
internal sealed class ClientSession(SessionHeaders headers, SessionConnection connection, bool mayOfferDirectories) : ISession
{
    public string Id => headers.Id;

    public string Name => headers.Name;

    public string SharedKey => headers.SharedKey;

    public CallInvoker Invoker => connection.Invoker;

    public CancellationToken Closed => connection.Closed;

    public bool Supports(string method) => headers.Methods.Contains(method);

    public string? GetOfferedDirectory(string localName) =>
        mayOfferDirectories && headers.LocalDirectories.TryGetValue(localName, out var directory) ? directory : null;
}
