using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Buildx.Oci;

namespace Buildx.Cli.LocalImages;

/// <summary>What <c>docker save</c> writes, as an OCI layout: it is one since Docker 25; before that it had a form of its own.</summary>
internal static partial class SavedImage
{
    private const string LegacyManifest = "manifest.json";

    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static async Task<OciLayout> ExtractAsync(Stream archive, string directory, CancellationToken cancellationToken)
    {
        await using var tar = new TarReader(archive);
        var links = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            // Names that are not an image's have no place here.
            var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (!KnownName().IsMatch(name))
                continue;
            if (entry.EntryType is TarEntryType.SymbolicLink)
                links[name] = Path.GetFullPath(Path.Combine("/", Path.GetDirectoryName(name)!, entry.LinkName))[1..];
            else if (entry.DataStream is { } content)
                await WriteAsync(Path.Combine(directory, name), content, cancellationToken);
        }
        return File.Exists(Path.Combine(directory, OciLayout.MarkerFile)) && File.Exists(Path.Combine(directory, OciLayout.IndexFile))
            ? OciLayout.Open(directory)
            : await ConvertAsync(directory, links, cancellationToken);
    }

    private static async Task WriteAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);
        await content.CopyToAsync(file, 1 << 20, cancellationToken);
    }

    private static async Task<OciLayout> ConvertAsync(string directory, Dictionary<string, string> links, CancellationToken cancellationToken)
    {
        var (config, named) = ReadManifest(Path.Combine(directory, LegacyManifest));
        var layers = named.Select(Find).ToList();
        var layout = OciLayout.Create(directory);
        // Equal layers are one file.
        var moved = new Dictionary<string, Descriptor>(StringComparer.Ordinal);
        var manifest = new ImageManifest(
            await MoveAsync(layout, Find(config), MediaTypes.OciConfig, moved, cancellationToken),
            [.. await Task.WhenAll(layers.Distinct(StringComparer.Ordinal).Select(layer => MoveAsync(layout, layer, MediaTypes.OciLayer, moved, cancellationToken)))])
        {
            MediaType = MediaTypes.OciManifest,
        };
        manifest = manifest with { Layers = [.. layers.Select(layer => moved[layer])] };
        layout.AddToIndex(await layout.WriteBlobAsync(MediaTypes.OciManifest, OciJson.Serialize(manifest), cancellationToken), tag: null);
        return layout;

        string Find(string name)
        {
            var target = links.GetValueOrDefault(name, name);
            return KnownName().IsMatch(target) && File.Exists(Path.Combine(directory, target)) ? target : throw new InvalidDataException($"the archive lacks {name}");
        }
    }

    private static async Task<Descriptor> MoveAsync(OciLayout layout, string name, string mediaType, Dictionary<string, Descriptor> moved, CancellationToken cancellationToken)
    {
        var path = Path.Combine(layout.DirectoryPath, name);
        Descriptor descriptor;
        await using (var file = File.OpenRead(path))
            descriptor = new Descriptor(mediaType, Digest.FromSha256Hash(await SHA256.HashDataAsync(file, cancellationToken)), file.Length);
        lock (moved)
        {
            moved[name] = descriptor;
            if (layout.Contains(descriptor.Digest))
                File.Delete(path);
            else
                File.Move(path, layout.GetBlobPath(descriptor.Digest));
        }
        return descriptor;
    }

    private static (string Config, IReadOnlyList<string> Layers) ReadManifest(string path)
    {
        if (!File.Exists(path))
            throw new InvalidDataException($"the archive has neither {OciLayout.IndexFile} nor {LegacyManifest}");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var image = json.RootElement[0];
            return (image.GetProperty("Config").GetString()!, [.. image.GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()!)]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"the archive's {LegacyManifest} can't be read: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"\A(oci-layout|index\.json|manifest\.json|blobs/[a-z0-9]+/[0-9a-f]+|[0-9a-f]{64}\.json|[0-9a-f]{64}/layer\.tar)\z")]
    private static partial Regex KnownName();
}
