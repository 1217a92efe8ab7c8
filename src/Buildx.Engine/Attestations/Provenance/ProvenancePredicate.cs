using System.Text.Encodings.Web;
using System.Text.Json;
using Buildx.Oci;

namespace Buildx.Engine.Attestations.Provenance;

/// <summary>SLSA provenance as BuildKit writes it: version 1, or 0.2 for who still reads that.</summary>
internal sealed class ProvenancePredicate
{
    private const string TypeV1 = "https://slsa.dev/provenance/v1";
    private const string TypeV02 = "https://slsa.dev/provenance/v0.2";
    private const string BuildTypeV1 = "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";
    private const string BuildTypeV02 = "https://mobyproject.org/buildkit@v1";

    private readonly BuildDescription _build;
    private readonly ProvenanceOptions _options;
    private readonly RequestParameters _request;
    private readonly Utf8JsonWriter _json;

    private ProvenancePredicate(BuildDescription build, ProvenanceOptions options, Utf8JsonWriter json)
    {
        (_build, _options, _json) = (build, options, json);
        _request = RequestParameters.Read(build, options.IsComplete);
    }

    public static string TypeOf(ProvenanceOptions options) => options.IsVersion1 ? TypeV1 : TypeV02;

    public static byte[] Write(BuildDescription build, ProvenanceOptions options)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            var predicate = new ProvenancePredicate(build, options, json);
            if (options.IsVersion1)
                predicate.WriteVersion1();
            else
                predicate.WriteVersion02();
        }
        return bytes.ToArray();
    }

    private void WriteVersion1()
    {
        _json.WriteStartObject();
        _json.WriteStartObject("buildDefinition");
        _json.WriteString("buildType", BuildTypeV1);
        WriteMaterials("resolvedDependencies");
        _json.WriteStartObject("externalParameters");
        WriteConfigSource("path");
        WriteRequest("request");
        _json.WriteEndObject();
        _json.WriteStartObject("internalParameters");
        if (_options.IsComplete)
            BuildConfigWriter.Write(_json, _build.Graph);
        _json.WriteString("builderPlatform", Platform.Host.ToString());
        _json.WriteEndObject();
        _json.WriteEndObject();

        _json.WriteStartObject("runDetails");
        WriteBuilder();
        _json.WriteStartObject("metadata");
        _json.WriteString("invocationId", _build.InvocationId);
        _json.WriteString("startedOn", _build.StartedAt.UtcDateTime);
        _json.WriteString("finishedOn", _build.FinishedAt.UtcDateTime);
        WriteBuildKitMetadata("buildkit_metadata");
        if (IsHermetic)
            _json.WriteBoolean("buildkit_hermetic", true);
        _json.WriteStartObject("buildkit_completeness");
        _json.WriteBoolean("request", _request.IsComplete);
        _json.WriteBoolean("resolvedDependencies", _build.Capture.IsComplete);
        _json.WriteEndObject();
        if (_options.IsReproducible)
            _json.WriteBoolean("buildkit_reproducible", true);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteVersion02()
    {
        _json.WriteStartObject();
        WriteBuilder();
        _json.WriteString("buildType", BuildTypeV02);
        WriteMaterials("materials");
        _json.WriteStartObject("invocation");
        WriteConfigSource("entryPoint");
        WriteRequest("parameters");
        _json.WriteStartObject("environment");
        _json.WriteString("platform", Platform.Host.ToString());
        _json.WriteEndObject();
        _json.WriteEndObject();
        if (_options.IsComplete)
            BuildConfigWriter.Write(_json, _build.Graph);
        _json.WriteStartObject("metadata");
        _json.WriteString("buildInvocationID", _build.InvocationId);
        _json.WriteString("buildStartedOn", _build.StartedAt.UtcDateTime);
        _json.WriteString("buildFinishedOn", _build.FinishedAt.UtcDateTime);
        _json.WriteStartObject("completeness");
        _json.WriteBoolean("parameters", _request.IsComplete);
        _json.WriteBoolean("environment", true);
        _json.WriteBoolean("materials", _build.Capture.IsComplete);
        _json.WriteEndObject();
        _json.WriteBoolean("reproducible", _options.IsReproducible);
        WriteBuildKitMetadata(BuildTypeV02 + "#metadata");
        if (IsHermetic)
            _json.WriteBoolean(BuildTypeV02 + "#hermetic", true);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private bool IsHermetic => _build.Capture is { IsComplete: true, UsesNetwork: false };

    private void WriteBuilder()
    {
        _json.WriteStartObject("builder");
        _json.WriteString("id", _options.BuilderId);
        _json.WriteEndObject();
    }

    private void WriteMaterials(string name)
    {
        var materials = _build.Capture.Materials;
        if (materials.IsEmpty)
            return;
        _json.WriteStartArray(name);
        foreach (var material in materials)
        {
            var (uri, algorithm, hex) = material switch
            {
                ImageMaterial image => (UriOf(image), image.Digest.Algorithm, image.Digest.Hex),
                GitMaterial git => (git.Url, AlgorithmOf(git), git.Commit),
                HttpMaterial http => (http.Url, http.Content.Algorithm, http.Content.Hex),
                _ => throw new NotSupportedException($"{material.GetType().Name} is no material"),
            };
            _json.WriteStartObject();
            _json.WriteString("uri", uri);
            WriteDigest(algorithm, hex);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    // A tag that was pinned by the frontend goes by its tag: the digest stands beside it.
    private static string UriOf(ImageMaterial image) => PackageUrl.Of(
        image.Reference is { Tag: not null, Digest: not null } ? ImageReference.Parse($"{image.Reference.Repository}:{image.Reference.Tag}") : image.Reference, image.Platform, image.IsLayout ? "oci" : "docker");

    private static string AlgorithmOf(GitMaterial git) => git.Commit.Length == 64 ? "sha256" : "sha1";

    private void WriteDigest(string algorithm, string hex)
    {
        _json.WriteStartObject("digest");
        _json.WriteString(algorithm, hex);
        _json.WriteEndObject();
    }

    private void WriteConfigSource(string pathName)
    {
        _json.WriteStartObject("configSource");
        if (_request.ContextUri.Length > 0)
        {
            _json.WriteString("uri", _request.ContextUri);
            var materials = _build.Capture.Materials;
            if (materials.OfType<HttpMaterial>().FirstOrDefault(http => http.Url == _request.ContextUri) is { } http)
                WriteDigest(http.Content.Algorithm, http.Content.Hex);
            else if (materials.OfType<GitMaterial>().FirstOrDefault(git => WithoutDirectory(_request.ContextUri) is var uri && (git.Url == uri || git.Url.StartsWith(uri + "#", StringComparison.Ordinal))) is { } git)
                WriteDigest(AlgorithmOf(git), git.Commit);
        }
        if (_request.Path.Length > 0)
            _json.WriteString(pathName, _request.Path);
        _json.WriteEndObject();
    }

    private static string WithoutDirectory(string uri)
    {
        var hash = uri.IndexOf('#', StringComparison.Ordinal);
        var colon = hash < 0 ? -1 : uri.IndexOf(':', hash);
        return colon < 0 ? uri : uri[..colon].TrimEnd('#');
    }

    private void WriteRequest(string name)
    {
        _json.WriteStartObject(name);
        if (_build.Frontend.Length > 0)
            _json.WriteString("frontend", _build.Frontend);
        WriteMap("args", _request.Arguments);
        if (_options.IsComplete)
        {
            WriteIds("secrets", _build.Capture.Secrets);
            WriteIds("ssh", _build.Capture.Agents);
        }
        if (_build.Capture.Locals.Any())
        {
            _json.WriteStartArray("locals");
            foreach (var local in _build.Capture.Locals)
            {
                _json.WriteStartObject();
                _json.WriteString("name", local);
                _json.WriteEndObject();
            }
            _json.WriteEndArray();
        }
        _json.WriteEndObject();
    }

    private void WriteMap(string name, IReadOnlyDictionary<string, string> values)
    {
        if (values.Count == 0)
            return;
        _json.WriteStartObject(name);
        foreach (var (key, value) in values)
            _json.WriteString(key, value);
        _json.WriteEndObject();
    }

    private void WriteIds(string name, IReadOnlyDictionary<string, bool> ids)
    {
        if (ids.Count == 0)
            return;
        _json.WriteStartArray(name);
        foreach (var (id, optional) in ids)
        {
            _json.WriteStartObject();
            _json.WriteString("id", id);
            if (optional)
                _json.WriteBoolean("optional", true);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    private void WriteBuildKitMetadata(string name)
    {
        _json.WriteStartObject(name);
        WriteMap("vcs", _request.VersionControl);
        if (_options.IsComplete && _build.Graph is { } graph)
            BuildConfigWriter.WriteSource(_json, graph);
        _json.WriteEndObject();
    }
}
