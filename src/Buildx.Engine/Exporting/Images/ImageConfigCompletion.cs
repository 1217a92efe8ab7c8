using Buildx.Oci;

namespace Buildx.Engine.Exporting.Images;

/// <summary>Turns the config that a frontend made, which knows nothing of layers, into that of a finished image.</summary>
internal static class ImageConfigCompletion
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <exception cref="ExportException">The config is not one.</exception>
    public static ImageConfig Complete(
        byte[]? configJson,
        byte[]? baseConfigJson,
        Platform platform,
        IReadOnlyList<Digest> diffIds,
        IReadOnlyList<DateTimeOffset?> layerTimes,
        DateTimeOffset? epoch)
    {
        var config = configJson is null ? Default(platform) : Parse(configJson, "image config");
        if (config.Os.Length == 0 || config.Architecture.Length == 0)
            throw new ExportException("the image config that the frontend made names no os or architecture");
        var history = HistoryAlignment.Align(config.History ?? [], layerTimes);
        var created = config.Created;
        if (epoch is { } time)
        {
            HistoryAlignment.Clamp(history, baseConfigJson is null ? [] : Parse(baseConfigJson, "base image's config").History ?? [], time);
            if (created?.Time > time)
                created = time;
        }
        return config with
        {
            RootFs = new RootFs(diffIds),
            History = history,
            Created = created ?? history.LastOrDefault(entry => entry.Created is not null)?.Created ?? epoch,
        };
    }

    public static IReadOnlyList<Digest> DiffIdsOf(byte[]? baseConfigJson) =>
        baseConfigJson is null ? [] : Parse(baseConfigJson, "base image's config").RootFs?.DiffIds ?? [];

    private static ImageConfig Default(Platform platform) => new()
    {
        Os = platform.Os,
        Architecture = platform.Architecture,
        Variant = platform.Variant,
        OsVersion = platform.OsVersion,
        Config = new ContainerConfig
        {
            Env = platform.Os == "windows" ? null : [DefaultPath],
            WorkingDir = "/",
        },
    };

    private static ImageConfig Parse(byte[] json, string what)
    {
        try
        {
            return OciJson.ParseConfig(json);
        }
        catch (InvalidDataException e)
        {
            throw new ExportException($"the {what} that the frontend made cannot be used: {e.Message}", e);
        }
    }
}
