using Buildx.Oci;

namespace Buildx.Client;

/// <summary>An OCI layout on this machine that an <c>oci</c> or <c>docker</c> exporter with <c>tar=false</c> writes its blobs into.</summary>
public sealed class LayoutExport(OciLayout layout)
{
    private const string DescriptorKey = "containerimage.descriptor";
    private const string NameKey = "image.name";

    private readonly Lock _lock = new();
    private readonly HashSet<Digest> _offered = [];
    private Digest? _last;

    public OciLayout Layout { get; } = layout;

    /// <summary>Names in the layout's index what has come; images with other names stay there.</summary>
    /// <param name="response">The daemon's, when the build is done.</param>
    /// <param name="defaultNames">Where the response has none.</param>
    /// <exception cref="IOException"/>
    /// <exception cref="InvalidDataException">No image has come.</exception>
    public void Complete(IReadOnlyDictionary<string, string> response, string? defaultNames)
    {
        var image = FindImage(response) ?? throw new InvalidDataException($"no image has come into {Layout.DirectoryPath}");
        var names = (response.GetValueOrDefault(NameKey) ?? defaultNames ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length == 0)
            Layout.AddToIndex(image, "latest");
        foreach (var name in names)
        {
            var reference = ImageReference.Parse(name).WithDefaultTag();
            Layout.AddToIndex(image, reference.Tag ?? reference.Digest!.Value.Value, reference.ToString());
        }
    }

    /// <summary>The daemon has asked for a blob, or brought it.</summary>
    internal void Offer(Digest blob)
    {
        lock (_lock)
        {
            _offered.Add(blob);
            _last = blob;
        }
    }

    /// <summary>With several outputs the response may speak of another one; what comes last is what names all the rest.</summary>
    private Descriptor? FindImage(IReadOnlyDictionary<string, string> response)
    {
        lock (_lock)
        {
            if (response.TryGetValue(DescriptorKey, out var encoded) && OciJson.ParseDescriptor(Convert.FromBase64String(encoded)) is var named && _offered.Contains(named.Digest))
                return named;
            if (_last is not { } last || !Layout.Contains(last))
                return null;
            var json = File.ReadAllBytes(Layout.GetBlobPath(last));
            return OciJson.DetectManifestType(json) is { } type ? new Descriptor(type, last, json.Length) : null;
        }
    }
}
