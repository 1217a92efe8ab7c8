using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Cli.Values;

/// <summary>One <c>--output</c>.</summary>
/// <param name="Destination">A path, <c>-</c> for standard output, or null.</param>
/// <param name="Attributes">What goes to the exporter as it is.</param>
internal sealed record OutputSpec(OutputType Type, string? Destination, ImmutableDictionary<string, string> Attributes)
{
    private const string Types = "image, registry, local, tar, oci, docker, cacheonly";

    public static OutputSpec Push { get; } = Parse("type=registry,unpack=false");

    public static OutputSpec Image { get; } = Parse("type=image");

    public static OutputSpec Load { get; } = Parse("type=docker");

    public bool WritesToStandardOutput => Destination == "-";

    public bool Pushes => Type == OutputType.Image && IsTrue("push");

    /// <summary>An image as a directory, not as an archive.</summary>
    public bool IsLayout => Type is OutputType.Oci or OutputType.Docker && BooleanText.TryParse(Attributes.GetValueOrDefault("tar"), out var isArchive) && !isArchive;

    /// <summary>Files in the directory that the build doesn't make go.</summary>
    public bool DeletesOthers => Type == OutputType.Local && Attributes.GetValueOrDefault("mode") == "delete";

    /// <summary>The exporter's name in BuildKit.</summary>
    public string ExporterName => Type.ToString().ToLowerInvariant();

    public bool IsTrue(string attribute) => Attributes.GetValueOrDefault(attribute) is "" || BooleanText.IsTrue(Attributes.GetValueOrDefault(attribute));

    /// <exception cref="CliException">Not an output; the message says which part is wrong and what is valid.</exception>
    public static OutputSpec Parse(string text)
    {
        if (text == "-")
            return new OutputSpec(OutputType.Tar, "-", []);
        if (!text.StartsWith("type=", StringComparison.Ordinal) && CsvFields.Split("--output", text) is [var path] && path == text)
            return new OutputSpec(OutputType.Local, path, []);
        string? typeName = null, destination = null;
        var attributes = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (key, value) in CsvFields.SplitPairs("--output", text))
        {
            if (key == "type")
                typeName = value;
            else if (key == "dest")
                destination = value;
            else
                attributes[key] = value;
        }
        if (typeName is null)
            throw new CliException($"--output: \"{text}\" has no type (want type=TYPE, one of {Types})");
        if (typeName == "registry")
            attributes.TryAdd("push", "true");
        var type = typeName switch
        {
            "image" or "registry" => OutputType.Image,
            "local" => OutputType.Local,
            "tar" => OutputType.Tar,
            "oci" => OutputType.Oci,
            "docker" => OutputType.Docker,
            "cacheonly" => OutputType.CacheOnly,
            _ => throw new CliException($"--output: there is no type \"{typeName}\" (want one of {Types})"),
        };
        return new OutputSpec(type, destination, attributes.ToImmutable()).Validate();
    }

    private OutputSpec Validate()
    {
        if (Destination is not null && Type is OutputType.Image or OutputType.CacheOnly)
            throw new CliException($"--output: dest can't be used with type={ExporterName}");
        if (Destination is null && Type == OutputType.Local)
            throw new CliException("--output: type=local needs a directory: type=local,dest=DIR");
        if (Destination == "-" && Type == OutputType.Local)
            throw new CliException("--output: type=local writes a directory and can't go to standard output; use type=tar,dest=-");
        if (IsLayout && Destination is null or "-")
            throw new CliException($"--output: type={ExporterName} with tar=false writes a directory: add dest=DIR");
        return Destination == ""
            ? throw new CliException($"--output: the destination of type={ExporterName} is empty")
            : Type == OutputType.Local && Attributes.GetValueOrDefault("mode") is { } mode and not ("copy" or "delete")
            ? throw new CliException($"--output: mode={mode} of type=local is not known (want copy or delete)")
            : this;
    }
}
