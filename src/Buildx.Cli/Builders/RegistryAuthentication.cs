using System.Text.Json.Nodes;
using Buildx.Drivers.Docker;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Cli.Builders;

/// <summary>The user's stored logins in the form in which a Docker Engine takes them.</summary>
internal sealed class RegistryAuthentication(DockerEnvironment docker) : IRegistryAuthentication
{
    public async Task<string?> CreateHeaderAsync(string image, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(image, out var reference))
            return null;
        var stored = new DockerConfigCredentials(docker.ConfigFile);
        if (await stored.GetCredentialAsync(reference.Host, cancellationToken) is not { } credential)
            return null;
        var header = new JsonObject { ["serveraddress"] = reference.Host };
        if (credential.IdentityToken is { } identity)
            header["identitytoken"] = identity;
        else if (credential.BearerToken is { } bearer)
            header["registrytoken"] = bearer;
        else
            (header["username"], header["password"]) = (credential.Username, credential.Password);
        return Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(header.ToJsonString())).Replace('+', '-').Replace('/', '_');
    }
}
