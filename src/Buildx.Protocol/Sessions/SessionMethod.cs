namespace Buildx.Protocol.Sessions;

/// <summary>Serves one call. An <see cref="Grpc.Core.RpcException"/> becomes the call's status; so does any other exception, as UNKNOWN with its message.</summary>
public delegate Task SessionMethod(SessionCall call, CancellationToken cancellationToken);
