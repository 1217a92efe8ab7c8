using System.Text.RegularExpressions;
using Buildx.Oci;

namespace Buildx.Engine.Exporting.Options;

internal enum AnnotationTarget { Manifest, ManifestDescriptor, Index, IndexDescriptor }

/// <summary>Where an annotation goes: <c>annotation[-TYPE][[PLATFORM]].KEY</c>.</summary>
/// <param name="Platform">Null for every platform.</param>
internal sealed partial record AnnotationKey(AnnotationTarget Target, Platform? Platform, string Key)
{
    public static bool TryParse(string text, out AnnotationKey? key, out string? problem)
    {
        (key, problem) = (null, null);
        var match = Pattern().Match(text);
        if (!match.Success)
            return false;
        AnnotationTarget? target = match.Groups["type"].Value switch
        {
            "" or "manifest" => AnnotationTarget.Manifest,
            "manifest-descriptor" => AnnotationTarget.ManifestDescriptor,
            "index" => AnnotationTarget.Index,
            "index-descriptor" => AnnotationTarget.IndexDescriptor,
            _ => null,
        };
        Platform? platform = null;
        if (target is null)
            problem = $"\"{match.Groups["type"].Value}\" is not a place for annotations: want manifest, manifest-descriptor, index or index-descriptor";
        else if (match.Groups["platform"] is { Success: true } group && !Platform.TryParse(group.Value, out platform))
            problem = $"\"{group.Value}\" is not a platform";
        else
            key = new AnnotationKey(target.Value, platform, match.Groups["key"].Value);
        return true;
    }

    [GeneratedRegex(@"\Aannotation(?:-(?<type>[a-z-]+))?(?:\[(?<platform>[A-Za-z0-9_/-]+)\])?\.(?<key>\S+)\z")]
    private static partial Regex Pattern();
}
