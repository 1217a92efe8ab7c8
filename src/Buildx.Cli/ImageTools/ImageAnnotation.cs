using System.Text.RegularExpressions;
using Buildx.Oci;

namespace Buildx.Cli.ImageTools;

/// <summary>An annotation with the place it belongs to: <c>[index|manifest-descriptor[platform]:]key=value</c>.</summary>
internal sealed partial record ImageAnnotation(bool IsOfIndex, Platform? Platform, string Key, string Value)
{
    /// <exception cref="CliException">It is no annotation, or of a place that an index does not have.</exception>
    public static ImageAnnotation Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
            throw new CliException($"--annotation: \"{text}\" is no annotation (want [index:|manifest-descriptor:]key=value)");
        var place = match.Groups["place"].Value;
        if (place is not ("index" or "manifest-descriptor"))
        {
            throw new CliException(
                $"--annotation: an image's own annotations cannot be changed without building it again; write index:{match.Groups["key"].Value}=… or manifest-descriptor:{match.Groups["key"].Value}=…");
        }
        Platform? platform = null;
        if (match.Groups["platform"] is { Success: true, Value: var name } && !Platform.TryParse(name, out platform))
            throw new CliException($"--annotation: \"{name}\" is no platform (want os/arch[/variant])");
        return new ImageAnnotation(place == "index", platform, match.Groups["key"].Value, match.Groups["value"].Value);
    }

    [GeneratedRegex(@"^(?:(?<place>[a-z-]+)(?:\[(?<platform>[^\]]*)\])?:)?(?<key>[^=:\s]+)=(?<value>.*)$", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
