using Grpc.Core;

namespace Buildx.Engine.Server;

/// <summary>A client's session: the services that it offers to the build (file sync, auth, secrets, …) through its tunnel.</summary>
internal interface ISession
{
    string Id { get; }

    string Name { get; }

    string SharedKey { get; }

    /// <summary>Whether the client serves this method, e.g. <c>/moby.filesync.v1.FileSync/DiffCopy</c>.</summary>
    bool Supports(string method);

    CallInvoker Invoker { get; }

    /// <summary>Cancelled when the client is gone.</summary>
    CancellationToken Closed { get; }

    /// <summary>
    /// Optional extra of our own client on the same machine with the same user: the absolute directory behind a local source,
    /// null when it did not offer one.
    /// </summary>
    string? GetOfferedDirectory(string localName);
}
