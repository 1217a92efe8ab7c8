using Buildx.Oci;

namespace Buildx.Cli.ImageTools;

/// <summary>An image for people, in the columns that Buildx prints.</summary>
internal static class ImageText
{
    private const string Indent = "  ";

    public static void Write(TextWriter output, ImageInspection image)
    {
        var descriptor = image.Manifest.Descriptor;
        WriteColumns(output, [("Name:", image.Reference.ToString()), ("MediaType:", descriptor.MediaType), ("Digest:", descriptor.Digest.Value)]);
        if (image.Index is null)
            return;
        WriteColumns(output, [("", ""), ("Manifests:", "")]);
        var rows = new List<(string, string)>();
        for (var i = 0; i < image.Index.Manifests.Count; i++)
        {
            var manifest = image.Index.Manifests[i];
            if (i > 0)
                rows.Add(("", ""));
            rows.Add((Indent + "Name:", image.Reference.WithDigest(manifest.Digest).ToString()));
            rows.Add((Indent + "MediaType:", manifest.MediaType));
            if (manifest.Platform is not { } platform)
                continue;
            rows.Add((Indent + "Platform:", (platform with { OsVersion = null }).ToString()));
            if (platform.OsVersion is { } version)
                rows.Add((Indent + "OSVersion:", version));
            if (manifest.Urls is { Count: > 0 } urls)
                rows.Add((Indent + "URLs:", string.Join(", ", urls)));
            if (manifest.Annotations is not { Count: > 0 } annotations)
                continue;
            rows.Add((Indent + "Annotations:", ""));
            WriteColumns(output, rows);
            rows.Clear();
            WriteColumns(output, [.. annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ($"{Indent}{Indent}{pair.Key}:", pair.Value))]);
        }
        WriteColumns(output, rows);
    }

    private static void WriteColumns(TextWriter output, IReadOnlyList<(string Label, string Value)> rows)
    {
        var width = rows.Count == 0 ? 0 : rows.Max(row => row.Label.Length) + 1;
        foreach (var (label, value) in rows)
            output.Write(label.PadRight(width) + value + "\n");
    }
}
