using System.Net.Http.Headers;
using Buildx.Oci;

namespace Buildx.Registry;

public sealed partial class RemoteRepository
{
    /// <summary>Manifests are read into memory; the specification wants registries to take at least 4 MiB.</summary>
    private const int MaxManifestSize = 16 * 1024 * 1024;

    /// <summary>What the tag or digest stands for now, without fetching it where the registry can tell.</summary>
    /// <exception cref="RegistryException">There is none (<see cref="RegistryErrorKind.NotFound"/>), or it cannot be had.</exception>
    public Task<Descriptor> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var name = NameOf(reference);
        var purpose = $"resolve {Describe(reference)}";
        return ReadAsync(
            async transport =>
            {
                using (var head = await SendForManifestAsync(transport, HttpMethod.Head, name, purpose, cancellationToken))
                {
                    if (IsMissing(head))
                        throw await RegistryFailures.FromResponseAsync(transport.Endpoint, purpose, head, cancellationToken);
                    if (head.IsSuccessStatusCode && ReadDescriptor(head, reference.Digest) is { } descriptor)
                        return descriptor;
                }
                return (await FetchManifestAsync(transport, name, reference.Digest, purpose, cancellationToken)).Descriptor;
            },
            cancellationToken);
    }

    /// <summary>Fetches a manifest or index. With a digest its content is that, whatever the registry says.</summary>
    /// <exception cref="RegistryException">There is none (<see cref="RegistryErrorKind.NotFound"/>), or it cannot be had.</exception>
    public Task<ManifestContent> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken) =>
        ReadAsync(
            transport => FetchManifestAsync(transport, NameOf(reference), reference.Digest, $"pull {Describe(reference)}", cancellationToken),
            cancellationToken);

    /// <summary>As <see cref="GetManifestAsync(ImageReference, CancellationToken)"/>, by the descriptor in an index.</summary>
    public Task<ManifestContent> GetManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        ReadAsync(
            transport => FetchManifestAsync(transport, descriptor.Digest.Value, descriptor.Digest, $"pull {Name}@{descriptor.Digest}", cancellationToken),
            cancellationToken);

    /// <summary>Whether the registry has this manifest.</summary>
    public async Task<bool> HasManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        var purpose = $"look for {Name}@{digest}";
        using var response = await SendForManifestAsync(Origin, HttpMethod.Head, digest.Value, purpose, cancellationToken);
        return response.IsSuccessStatusCode
            || (IsMissing(response) ? false : throw await RegistryFailures.FromResponseAsync(Origin.Endpoint, purpose, response, cancellationToken));
    }

    /// <summary>Pushes a manifest or index under a tag, or under its digest alone.</summary>
    /// <param name="tag">Null: by digest.</param>
    public async Task<Descriptor> PushManifestAsync(string mediaType, ReadOnlyMemory<byte> json, string? tag, CancellationToken cancellationToken)
    {
        var digest = Digest.Sha256(json.Span);
        var purpose = $"push {Name}{(tag is null ? $"@{digest}" : $":{tag}")}";
        using var response = await Origin.SendAsync(
            new RegistryRequest(HttpMethod.Put, Origin.Endpoint.GetUri($"{Path}/manifests/{tag ?? digest.Value}"), purpose, [TokenScope.Push(Path)])
            {
                Content = _ =>
                {
                    var content = new ReadOnlyMemoryContent(json);
                    content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
                    return ValueTask.FromResult<HttpContent>(content);
                },
            },
            cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw await RegistryFailures.FromResponseAsync(Origin.Endpoint, purpose, response, cancellationToken);
        if (GetDigestHeader(response) is { } stored && stored != digest)
            throw Invalid(Origin.Endpoint, purpose, $"{Origin.Endpoint.DisplayName} stored {stored} instead");
        if (!SaysCreated(response))
            await CheckKeptAsync(response, tag ?? digest.Value, digest, purpose, cancellationToken);
        return new Descriptor(mediaType, digest, json.Length);
    }

    private async Task CheckKeptAsync(HttpResponseMessage answer, string name, Digest digest, string purpose, CancellationToken cancellationToken)
    {
        using var head = await SendForManifestAsync(Origin, HttpMethod.Head, name, purpose, cancellationToken);
        if (!head.IsSuccessStatusCode || ReadDescriptor(head, GetDigestHeader(head) ?? digest)?.Digest != digest)
            throw NotKept(answer, purpose);
    }

    private static string NameOf(ImageReference reference) => reference.Digest?.Value ?? reference.Tag ?? "latest";

    private string Describe(ImageReference reference) =>
        Name + (reference.Digest is { } digest ? $"@{digest}" : $":{reference.Tag ?? "latest"}");

    private Task<HttpResponseMessage> SendForManifestAsync(
        RegistryTransport transport, HttpMethod method, string name, string purpose, CancellationToken cancellationToken) =>
        transport.SendAsync(
            new RegistryRequest(method, transport.Endpoint.GetUri($"{Path}/manifests/{name}"), purpose, PullScopes(transport))
            {
                Accept = MediaTypes.Manifests,
                Attempts = AttemptsAt(transport),
            },
            cancellationToken);

    private Task<ManifestContent> FetchManifestAsync(
        RegistryTransport transport, string name, Digest? expected, string purpose, CancellationToken cancellationToken) =>
        FetchIntactAsync(() => FetchManifestOnceAsync(transport, name, expected, purpose, cancellationToken), cancellationToken);

    private async Task<ManifestContent> FetchManifestOnceAsync(
        RegistryTransport transport, string name, Digest? expected, string purpose, CancellationToken cancellationToken)
    {
        using var response = await SendForManifestAsync(transport, HttpMethod.Get, name, purpose, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw await RegistryFailures.FromResponseAsync(transport.Endpoint, purpose, response, cancellationToken);
        var json = await ReadAllAsync(transport.Endpoint, purpose, response, MaxManifestSize, cancellationToken);
        var actual = Digest.Sha256(json);
        if (expected is { Algorithm: not "sha256" } other)
            throw Invalid(transport.Endpoint, purpose, $"digests of {other.Algorithm} are not supported for manifests");
        if ((expected ?? GetDigestHeader(response)) is { } wanted && wanted != actual)
            throw Damaged(transport.Endpoint, purpose, $"what {transport.Endpoint.DisplayName} sent as {wanted} is {actual}");
        var type = response.Content.Headers.ContentType?.MediaType;
        if (!MediaTypes.IsIndex(type) && !MediaTypes.IsManifest(type))
            type = OciJson.DetectManifestType(json) ?? throw Damaged(transport.Endpoint, purpose, $"{transport.Endpoint.DisplayName} did not send a manifest");
        if (type is MediaTypes.DockerManifestV1 or "application/vnd.docker.distribution.manifest.v1+json")
            throw Invalid(transport.Endpoint, purpose, "the image is in Docker's old format (schema 1), which is not supported any more; push it again with a current tool");
        return new ManifestContent(new Descriptor(type!, actual, json.Length), json);
    }

    private static RegistryException Invalid(RegistryEndpoint endpoint, string purpose, string what) =>
        new($"failed to {purpose}: {what}", RegistryErrorKind.Invalid, endpoint.Host);

    private static RegistryException Damaged(RegistryEndpoint endpoint, string purpose, string what) =>
        new($"failed to {purpose}: {what}", RegistryErrorKind.Invalid, endpoint.Host) { IsDamage = true };

    private static async Task<byte[]> ReadAllAsync(
        RegistryEndpoint endpoint, string purpose, HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var content = new MemoryStream();
            var buffer = new byte[81920];
            for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                if (content.Length + count > limit)
                    throw Invalid(endpoint, purpose, $"it is greater than {limit >> 20} MiB");
                content.Write(buffer, 0, count);
            }
            return content.ToArray();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new RegistryException($"failed to {purpose}: the connection to {endpoint.Host} broke: {e.Message}", RegistryErrorKind.Connection, endpoint.Host, e)
            {
                IsTemporary = true,
                IsDamage = true,
            };
        }
    }

    private static Descriptor? ReadDescriptor(HttpResponseMessage head, Digest? asked)
    {
        var type = head.Content.Headers.ContentType?.MediaType;
        return (MediaTypes.IsIndex(type) || MediaTypes.IsManifest(type))
            && head.Content.Headers.ContentLength is { } length
            && (asked ?? GetDigestHeader(head)) is { } digest
                ? new Descriptor(type!, digest, length)
                : null;
    }

    private static Digest? GetDigestHeader(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.First(), out var digest) ? digest : null;
}
