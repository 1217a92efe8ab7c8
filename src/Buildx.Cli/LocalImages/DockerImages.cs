using Buildx.Cli.Building;
using Buildx.Cli.Values;
using Buildx.Drivers.Docker;
using Buildx.Oci;

namespace Buildx.Cli.LocalImages;

/// <summary>Images of the Docker Engine of the context in use.</summary>
internal static class DockerImages
{
    /// <exception cref="CliException">No engine answers, or it has no such image.</exception>
    public static async Task<OciLayout> SaveAsync(DockerEnvironment docker, LocalImageReference image, string directory, CancellationToken cancellationToken)
    {
        using var engine = await DockerEngine.ConnectAsync(
            docker, null, $"--build-context: {image}", "to take the image from a registry: docker-image://" + image.Name, cancellationToken);
        await using var archive = await engine.OpenSaveAsync(image.Name, cancellationToken)
            ?? throw new CliException($"--build-context: {image}: the Docker Engine at {engine.Host} has no image \"{image.Name}\"; docker images lists those that it has");
        return await SavedImage.ExtractAsync(archive, directory, cancellationToken);
    }
}
