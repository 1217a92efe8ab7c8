using Buildx.Cli.Builders;
using Buildx.Drivers.Store;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Cli.Building;

/// <summary>Registries as a builder's node would reach them, with the user's logins.</summary>
internal sealed class RegistryAccess : IDisposable
{
    private readonly NodeRegistries _configuration;
    private readonly RegistryClient _client;
    private readonly DockerConfigCredentials _credentials;

    /// <exception cref="CliException">The node's configuration can't be read.</exception>
    public RegistryAccess(CliContext context, NodeRecord node)
    {
        _configuration = NodeRegistries.Read(node);
        _client = new RegistryClient(_configuration.Registries);
        _credentials = new DockerConfigCredentials(context.Docker.ConfigFile);
    }

    /// <summary>As the builder in use does.</summary>
    /// <exception cref="CliException">The builder, or its configuration, is not usable.</exception>
    public static async Task<RegistryAccess> OfBuilderAsync(CliContext context, CancellationToken cancellationToken) =>
        new(context, (await BuilderResolver.UseAsync(context, cancellationToken)).AllNodes[0]);

    public RemoteRepository Open(ImageReference reference, bool insecure = false) => _client.Open(reference, _credentials, insecure);

    /// <summary>Runs what talks to registries; their failures are told to the user.</summary>
    /// <param name="failure">What stands before their words.</param>
    /// <exception cref="CliException"/>
    public static async Task<T> TryAsync<T>(Func<Task<T>> work, string failure = "")
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is RegistryException or RegistryConfigurationException or CredentialStoreException or InvalidDataException)
        {
            throw new CliException(failure + e.Message, innerException: e);
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _configuration.Dispose();
    }
}
