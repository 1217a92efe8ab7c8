using Buildx.Engine.Solving;
using Buildx.Protocol.SecretStore;
using Grpc.Core;

namespace Buildx.Engine.Operations.Exec;

/// <summary>Asks the clients of a build for a secret. What comes is never kept, nor part of any key, log or error.</summary>
internal static class StepSecrets
{
    /// <returns>Null when nobody has it and it is optional.</returns>
    public static async Task<byte[]?> GetAsync(BuildContext build, string id, bool isOptional, CancellationToken cancellationToken)
    {
        foreach (var session in build.Sessions)
        {
            if (session.Closed.IsCancellationRequested || !session.Supports("/moby.buildkit.secrets.v1.Secrets/GetSecret"))
                continue;
            try
            {
                var response = await new Secrets.SecretsClient(session.Invoker)
                    .GetSecretAsync(new GetSecretRequest { ID = id }, cancellationToken: cancellationToken);
                return response.Data.ToByteArray();
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.Unimplemented)
            {
            }
        }
        if (isOptional)
            return null;
        throw new InvalidOperationException($"secret {id}: not found: pass it with --secret id={id},src=FILE or --secret id={id},env=VARIABLE");
    }
}
