using System.Globalization;
using Buildx.Oci;

namespace Buildx.Engine.Storage;

/// <summary>What the descriptor of an eStargz layer tells: with it a container starts before its layers are there.</summary>
/// <param name="TableDigest">Of the table of contents, as JSON.</param>
/// <param name="UncompressedSize">Of the whole tar; null where whoever made the layer has not told.</param>
internal sealed record EStargzFacts(Digest TableDigest, long? UncompressedSize)
{
    private const string TableKey = "containerd.io/snapshot/stargz/toc.digest";
    private const string SizeKey = "io.containers.estargz.uncompressed-size";

    /// <returns>Null for a layer of another kind.</returns>
    public static EStargzFacts? Of(Descriptor blob)
    {
        if (blob.Annotations is not { } annotations || !annotations.TryGetValue(TableKey, out var text) || !Digest.TryParse(text, out var digest))
            return null;
        var size = annotations.TryGetValue(SizeKey, out var number) && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : (long?)null;
        return new EStargzFacts(digest, size);
    }

    public IReadOnlyDictionary<string, string> ToAnnotations()
    {
        var annotations = new Dictionary<string, string> { [TableKey] = TableDigest.Value };
        if (UncompressedSize is { } size)
            annotations[SizeKey] = size.ToString(CultureInfo.InvariantCulture);
        return annotations;
    }
}
