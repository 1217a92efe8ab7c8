using Buildx.Cli.Builders;
using Buildx.Cli.Building;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Cli.ImageTools;

/// <summary>Registries as the builder in use would reach them, with the user's logins.</summary>
internal sealed class RegistryAccess : IDisposable
{
    private readonly NodeRegistries _configuration;
    private readonly RegistryClient _client;
    private readonly DockerConfigCredentials _credentials;

    private RegistryAccess(CliContext context, NodeRegistries configuration)
    {
        _configuration = configuration;
        _client = new RegistryClient(configuration.Registries);
        _credentials = new DockerConfigCredentials(Path.Combine(context.Docker.ConfigDirectory, "config.json"));
    }

    /// <exception cref="CliException">The builder, or its configuration, is not usable.</exception>
    public static async Task<RegistryAccess> CreateAsync(CliContext context, CancellationToken cancellationToken)
    {
        var builder = await BuilderResolver.UseAsync(context, cancellationToken);
        return new RegistryAccess(context, NodeRegistries.Read(builder.AllNodes[0]));
    }

    public RemoteRepository Open(ImageReference reference) => _client.Open(reference, _credentials);

    /// <summary>Runs what talks to registries; their failures are told to the user.</summary>
    /// <exception cref="CliException"/>
    public static async Task<T> TryAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is RegistryException or RegistryConfigurationException or CredentialStoreException or InvalidDataException)
        {
            throw new CliException(e.Message, innerException: e);
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _configuration.Dispose();
    }
}
