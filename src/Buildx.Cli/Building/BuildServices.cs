using Buildx.Cli.Values;
using Buildx.Client;
using Buildx.Oci;

namespace Buildx.Cli.Building;

/// <summary>What the client serves to the engine while it builds, besides directories.</summary>
/// <param name="Agents">The sockets of ssh agents, by id.</param>
/// <param name="Layouts">By the store's name.</param>
/// <param name="Caches">The directories of caches, by the store's name.</param>
/// <param name="Upload">The archive on standard input; null when there is none.</param>
/// <param name="Export">The directory that the image goes to; null for none.</param>
internal sealed record BuildServices(
    IReadOnlyList<SecretSpec> Secrets,
    IReadOnlyDictionary<string, string> Agents,
    IReadOnlyDictionary<string, OciLayout> Layouts,
    IReadOnlyDictionary<string, OciLayout> Caches,
    UploadService? Upload,
    LayoutExport? Export)
{
    public static BuildServices None { get; } = new([], new Dictionary<string, string>(), new Dictionary<string, OciLayout>(), new Dictionary<string, OciLayout>(), null, null);

    /// <summary>Both together; where two have one name, it is the one of <paramref name="over"/>.</summary>
    public BuildServices Merge(BuildServices over) => new(
        [.. Secrets.Where(secret => over.Secrets.All(other => other.Id != secret.Id)), .. over.Secrets],
        Merge(Agents, over.Agents),
        Merge(Layouts, over.Layouts),
        Merge(Caches, over.Caches),
        over.Upload ?? Upload,
        over.Export);

    public SolveOptions AddTo(SolveOptions options) => options with
    {
        Secrets = Secrets.Count > 0 ? new SecretProvider(Secrets) : null,
        Services = [.. new ISessionService?[]
        {
            Upload, Agents.Count > 0 ? new SshAgentService(Agents) : null, Layouts.Count > 0 || Caches.Count > 0 || Export is not null ? new LayoutService(Layouts, Caches, Export) : null,
        }.OfType<ISessionService>()],
    };

    private static Dictionary<string, T> Merge<T>(IReadOnlyDictionary<string, T> below, IReadOnlyDictionary<string, T> over)
    {
        var merged = new Dictionary<string, T>(below, StringComparer.Ordinal);
        foreach (var (name, value) in over)
            merged[name] = value;
        return merged;
    }
}
