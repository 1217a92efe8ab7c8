using System.Text.Json;
using Buildx.Engine.CacheTransfer.Records;
using Buildx.Engine.Solving;
using Buildx.Registry;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Begins what a build wants to import. A cache that is not there is told, and the build goes on without.</summary>
internal sealed class CacheImports(CachePlaces places, TimeProvider time)
{
    /// <exception cref="CacheTransferException">A request makes no sense.</exception>
    public void Begin(IEnumerable<CacheRequest> requests, BuildJob job, CancellationToken cancellationToken)
    {
        foreach (var request in requests)
        {
            var place = places.ForImport(request, job.Session);
            job.Exchange.Import(request.Key, async () =>
            {
                try
                {
                    return await VertexProgress.RunAsync(
                        new KeyHash("import").Add(job.Reference).Add(request.PublicKey).ToDigest(),
                        $"importing cache manifest from {place.Name}",
                        job.Progress,
                        time,
                        _ => new CacheImporter(place).ReadAsync(cancellationToken));
                }
                catch (Exception e) when (e is CacheTransferException or RegistryException or RegistryConfigurationException or InvalidDataException or IOException)
                {
                    // The step shows it.
                    return [];
                }
            });
        }
    }

    /// <summary>The same as frontends get them, to pass them on with their own questions.</summary>
    /// <exception cref="CacheTransferException">Not a list of caches.</exception>
    public static IReadOnlyList<CacheRequest> ReadAttribute(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return
            [
                .. document.RootElement.EnumerateArray().Select(entry => new CacheRequest(
                    entry.GetProperty("Type").GetString() ?? "",
                    entry.TryGetProperty("Attrs", out var attributes) && attributes.ValueKind == JsonValueKind.Object
                        ? attributes.EnumerateObject().ToDictionary(attribute => attribute.Name, attribute => attribute.Value.GetString() ?? "")
                        : [])),
            ];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CacheTransferException($"cache-imports is not a list of caches: {e.Message}", e);
        }
    }
}
