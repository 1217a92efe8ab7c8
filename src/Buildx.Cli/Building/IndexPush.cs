using System.Collections.Immutable;
using Buildx.Cli.Builders;
using Buildx.Cli.Values;
using Buildx.Client;
using Buildx.Oci;
using Buildx.Registry;

namespace Buildx.Cli.Building;

/// <summary>
/// A push from several nodes: each pushes what it has built under its digest alone, and then this side pushes one index of all of it
/// under the names that were asked for.
/// </summary>
internal sealed class IndexPush
{
    private const string DescriptorKey = "containerimage.descriptor";
    private const string DigestKey = "containerimage.digest";

    private readonly CliContext _context;
    private readonly IReadOnlyList<NodeShare> _shares;
    private readonly IReadOnlyList<Platform> _platforms;
    private readonly IReadOnlyList<ImageReference> _names;
    private readonly bool _insecure;
    private readonly bool _underDigestOnly;

    private IndexPush(CliContext context, BuildRequest request, IReadOnlyList<NodeShare> shares, OutputSpec output, IReadOnlyList<ImageReference> names)
    {
        (_context, _shares, _platforms, _names) = (context, shares, request.Platforms, names);
        _insecure = output.IsTrue("registry.insecure");
        _underDigestOnly = output.IsTrue("push-by-digest");
    }

    /// <summary>The names, for people.</summary>
    public string Names => string.Join(", ", _names);

    /// <returns>Null when nothing is pushed.</returns>
    /// <exception cref="CliException">An output that several nodes cannot write together.</exception>
    public static IndexPush? Plan(CliContext context, BuildRequest request, IReadOnlyList<OutputSpec> outputs, IReadOnlyList<NodeShare> shares)
    {
        foreach (var output in outputs)
        {
            if (output.Type is OutputType.Oci or OutputType.Tar || output is { Type: OutputType.Docker, Destination: not null })
            {
                throw new CliException(
                    $"--output: type={output.ExporterName} writes one archive, and this build runs on several nodes ({string.Join(", ", shares.Select(share => share.Node.Name))}); "
                    + "push the image (--push), write files (type=local), or build for the platforms of one node at a time");
            }
        }
        if (outputs.FirstOrDefault(output => output.DeletesOthers) is { } deletes)
            throw new CliException($"--output: with mode=delete one node would delete from {deletes.Destination} what another has built; leave it out, or build on one node");
        var pushes = outputs.Where(output => output.Pushes).ToList();
        if (pushes.Count == 0)
            return null;
        if (pushes.Count > 1)
            throw new CliException("--output: several nodes push to one output only, with as many names as you like: --tag NAME --tag NAME --push");
        var names = ExporterAttributes.Create(request, pushes[0]).GetValueOrDefault("name") is { Length: > 0 } text
            ? text.Split(',').Select(name => ImageTag.Parse("--output", name)).ToList()
            : throw new CliException("a push needs a name to push to: --tag NAME");
        return new IndexPush(context, request, shares, pushes[0], names);
    }

    /// <summary>The exporter's attributes of a node's own part.</summary>
    public static ImmutableDictionary<string, string> ByDigest(ImmutableDictionary<string, string> attributes) => attributes
        .SetItem("name", string.Join(',', attributes["name"].Split(',').Select(name => ImageReference.Parse(name).Repository).Distinct()))
        .SetItem("push-by-digest", "true");

    /// <param name="results">What the nodes have pushed, in the order of their shares.</param>
    /// <returns>The exporters' answer for the whole.</returns>
    /// <exception cref="CliException">A registry does not take or give what it should.</exception>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(IReadOnlyList<SolveResult> results, CancellationToken cancellationToken)
    {
        using var registries = new RegistryAccess(_context, _shares[0].Node.Record);
        return await RegistryAccess.TryAsync(
            () => MergeAsync(registries, results, cancellationToken), "what the nodes have pushed could not be merged into one image: ");
    }

    private async Task<Dictionary<string, string>> MergeAsync(RegistryAccess registries, IReadOnlyList<SolveResult> results, CancellationToken cancellationToken)
    {
        var source = registries.Open(_names[0], _insecure);
        var parts = await Task.WhenAll(results.Select((result, share) => ReadAsync(source, result, _shares[share], cancellationToken)));
        var (mediaType, json) = IndexMerge.Merge(parts, _platforms);
        Descriptor? pushed = null;
        foreach (var name in _names)
            pushed = await registries.Open(name, _insecure).PushManifestAsync(mediaType, json, _underDigestOnly ? null : name.Tag ?? "latest", cancellationToken);
        return Answer(results, pushed!);
    }

    private static async Task<ImageIndex> ReadAsync(RemoteRepository repository, SolveResult result, NodeShare share, CancellationToken cancellationToken)
    {
        if (result.ExporterResponse.GetValueOrDefault(DigestKey) is not { } text)
            throw new InvalidDataException($"node \"{share.Node.Name}\" did not say what it has pushed");
        var manifest = await repository.GetManifestAsync(ImageReference.Parse($"{repository.Name}@{text}"), cancellationToken);
        if (MediaTypes.IsIndex(manifest.Descriptor.MediaType))
            return OciJson.ParseIndex(manifest.Json) with { MediaType = manifest.Descriptor.MediaType };
        // A daemon that makes no index of one platform.
        return new ImageIndex([manifest.Descriptor with { Platform = share.Platforms is [var only] ? only : null }]) { MediaType = manifest.Descriptor.MediaType };
    }

    private Dictionary<string, string> Answer(IReadOnlyList<SolveResult> results, Descriptor index)
    {
        var answer = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in results.Reverse().SelectMany(result => result.ExporterResponse))
        {
            // What is true of one node's part only is not told for the whole.
            if (!key.StartsWith("containerimage.", StringComparison.Ordinal) || key.Contains('/', StringComparison.Ordinal))
                answer[key] = value;
        }
        answer[DigestKey] = index.Digest.Value;
        answer[DescriptorKey] = Convert.ToBase64String(OciJson.Serialize(index));
        answer["image.name"] = string.Join(',', _names.Select(name => name.ToString()));
        return answer;
    }
}
