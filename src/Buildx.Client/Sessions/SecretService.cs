using Buildx.Protocol.SecretStore;
using Buildx.Protocol.Sessions;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Client;

internal sealed class SecretService(ISecretProvider provider) : ISessionService
{
    // BuildKit's limit.
    private const int MaxSize = 500 * 1024;

    public void Register(SessionServer server) =>
        server.MapUnary("/moby.buildkit.secrets.v1.Secrets/GetSecret", GetSecretRequest.Parser, async (request, _, cancellationToken) =>
        {
            var secret = await provider.GetSecretAsync(request.ID, cancellationToken)
                ?? throw new RpcException(new Status(StatusCode.NotFound, $"secret {request.ID}: not found"));
            if (secret.Length > MaxSize)
                throw new RpcException(new Status(StatusCode.InvalidArgument, $"secret {request.ID}: too large ({secret.Length} bytes, at most {MaxSize})"));
            return new GetSecretResponse { Data = ByteString.CopyFrom(secret.Span) };
        });
}
