using Buildx.Drivers.Docker;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>Lets a Docker Engine push the image that it has built.</summary>
internal sealed class DockerPush
{
    private readonly DockerDriver _driver;
    private readonly IRegistryAuthentication? _authentication;
    private readonly IReadOnlyList<ImageReference> _tags;

    /// <exception cref="CliException">There is no name to push to.</exception>
    public DockerPush(DockerDriver driver, IReadOnlyList<ImageReference> tags, IRegistryAuthentication? authentication)
    {
        if (tags.Count == 0)
            throw new CliException("a push needs a name to push to: --tag NAME");
        (_driver, _tags, _authentication) = (driver, tags, authentication);
    }

    public async Task RunAsync(Action<string> report, CancellationToken cancellationToken)
    {
        foreach (var name in _tags)
        {
            report($"pushing {name.FamiliarName} with the Docker Engine");
            var authentication = _authentication is null ? null : await _authentication.CreateHeaderAsync(name.ToString(), cancellationToken);
            await _driver.PushAsync(name.Repository, name.Tag ?? "latest", authentication, cancellationToken);
        }
    }
}
