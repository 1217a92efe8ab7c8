using System.Text;
using Buildx.Cli.Values;
using Buildx.Oci;

namespace Buildx.Cli.LocalImages;

/// <summary>
/// Images of the container engines on this machine that a build begins with: each is saved into a temporary directory as an OCI layout,
/// which the builder reads like any other. The directories go when this is disposed.
/// </summary>
internal sealed class LocalImages : IDisposable
{
    private const string Flag = "--build-context";

    private readonly List<DirectoryInfo> _directories = [];

    private LocalImages()
    {
    }

    /// <summary>The same contexts, with layouts in place of such images.</summary>
    public IReadOnlyList<NamedContextSpec> Contexts { get; private set; } = [];

    /// <exception cref="CliException">There is no such engine, or it has no such image.</exception>
    public static async Task<LocalImages> OpenAsync(CliContext context, IReadOnlyList<NamedContextSpec> contexts, CancellationToken cancellationToken)
    {
        var images = new LocalImages();
        try
        {
            var saved = new Dictionary<LocalImageReference, LayoutReference>();
            var opened = new List<NamedContextSpec>();
            foreach (var named in contexts)
            {
                if (named.LocalImage is not { } image)
                {
                    opened.Add(named);
                    continue;
                }
                if (!saved.TryGetValue(image, out var layout))
                    saved[image] = layout = await images.SaveAsync(context, image, cancellationToken);
                opened.Add(named with { Source = layout.Source, Layout = layout });
            }
            images.Contexts = opened;
            return images;
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var directory in _directories)
            directory.Delete(recursive: true);
        _directories.Clear();
    }

    private async Task<LayoutReference> SaveAsync(CliContext context, LocalImageReference image, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("buildx-image-");
        _directories.Add(directory);
        try
        {
            var layout = image.Engine is LocalImageEngine.Docker
                ? await DockerImages.SaveAsync(context.Docker, image, directory.FullName, cancellationToken)
                : await PodmanImages.SaveAsync(image, directory.FullName, cancellationToken);
            var manifest = layout.ReadIndex().Manifests is [var first, ..] ? first : throw new InvalidDataException("it has saved no image");
            // By its name, not by where it lies for now.
            return new LayoutReference(layout, manifest.Digest) { StoreId = Digest.Sha256(Encoding.UTF8.GetBytes(image.ToString())).Hex[..32] };
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new CliException($"{Flag}: {image}: the image can't be saved: {e.Message}", innerException: e);
        }
    }
}
