using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Buildx.Cli.Values;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>The attributes of one output's exporter: its own, the tags as the image's names, and the annotations.</summary>
internal static partial class ExporterAttributes
{
    public static ImmutableDictionary<string, string> Create(BuildRequest request, OutputSpec output)
    {
        if (output.Type is not (OutputType.Image or OutputType.Moby or OutputType.Oci or OutputType.Docker))
            return output.Attributes;
        var attributes = output.Attributes.ToBuilder();
        if (request.Tags.Length > 0)
            attributes.TryAdd("name", string.Join(',', request.Tags));
        // BuildKit since 0.32 makes artifacts of statements unless it is told otherwise.
        if (output.Type is not OutputType.Docker && NoArtifacts())
            attributes.TryAdd("oci-artifact", "false");
        foreach (var annotation in request.Annotations)
        {
            foreach (var key in ParseAnnotation(annotation, out var value))
                attributes[key] = value;
        }
        return attributes.ToImmutable();
    }

    private static bool NoArtifacts()
    {
        const string name = "BUILDX_NO_DEFAULT_OCI_ARTIFACT";
        return Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            && (BooleanText.TryParse(text, out var value) ? value : throw new CliException($"{name}: \"{text}\" is neither true nor false"));
    }

    /// <summary><c>[TYPE[PLATFORM],…:]NAME=VALUE</c> to the keys <c>annotation[-TYPE][[PLATFORM]].NAME</c>.</summary>
    private static IEnumerable<string> ParseAnnotation(string text, out string value)
    {
        var equals = text.IndexOf('=');
        if (equals <= 0)
            throw new CliException($"--annotation: \"{text}\" is not of the form NAME=VALUE");
        value = text[(equals + 1)..];
        var name = text[..equals];
        var colon = name.IndexOf(':');
        if (colon < 0)
            return [$"annotation.{name}"];
        return [.. name[..colon].Split(',').Select(place =>
        {
            var match = PlacePattern().Match(place);
            return match.Success
                ? $"annotation-{match.Groups[1].Value}{match.Groups[2].Value}.{name[(colon + 1)..]}"
                : throw new CliException($"--annotation: \"{place}\" is no place for annotations (want manifest, manifest-descriptor, index or index-descriptor, with [PLATFORM] if need be)");
        })];
    }

    [GeneratedRegex(@"\A(manifest|manifest-descriptor|index|index-descriptor)(\[[A-Za-z0-9_/-]+\])?\z")]
    private static partial Regex PlacePattern();
}
