using System.Text;
using Buildx.Engine.Exporting;
using Buildx.Engine.Exporting.Options;
using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Exporting;

/// <summary>Results of builds, as the solver hands them to exporters.</summary>
internal static class Results
{
    public static ExportResult Single(string platform, string config, params LayerId[] layers) =>
        new([Of(platform, config, layers)], false, new Dictionary<string, byte[]>());

    public static ExportResult Multi(params PlatformResult[] platforms) => new([.. platforms], true, new Dictionary<string, byte[]>());

    public static PlatformResult Of(string platform, string? config, params LayerId[] layers)
    {
        var parsed = Platform.Parse(platform);
        return new PlatformResult(platform, parsed, new Snapshot([.. layers]), config is null ? null : Encoding.UTF8.GetBytes(config));
    }

    public static string Config(string platform, string history = "[]", string more = "")
    {
        var parsed = Platform.Parse(platform);
        var variant = parsed.Variant is null ? "" : $",\"variant\":\"{parsed.Variant}\"";
        return $$"""{"architecture":"{{parsed.Architecture}}","os":"{{parsed.Os}}"{{variant}},"config":{"Cmd":["sh"]},"history":{{history}}{{more}}}""";
    }

    public static ImageOptions Options(params (string Key, string Value)[] attributes) => ImageOptions.Take(Attributes(attributes), inlineAttestations: true);

    public static ExporterAttributes Attributes(params (string Key, string Value)[] attributes) =>
        new("image", attributes.Select(attribute => KeyValuePair.Create(attribute.Key, attribute.Value)));
}
