using Buildx.Engine.CacheTransfer;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Policies;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Server.Building;

/// <summary>What <c>Solve</c> asks for.</summary>
internal sealed record BuildRequest(
    string Reference,
    string SessionId,
    Definition? Definition,
    string Frontend,
    IReadOnlyDictionary<string, string> FrontendOptions,
    IReadOnlyDictionary<string, Definition> FrontendInputs,
    IReadOnlyList<ExporterRequest> Exporters,
    IReadOnlyList<CacheRequest> CacheExports,
    IReadOnlyList<CacheRequest> CacheImports,
    Entitlements Entitlements,
    SourcePolicy SourcePolicy,
    string PolicySessionId,
    bool IsInternal,
    bool AsksSessionForExporters)
{
    private const string EpochArgument = "build-arg:SOURCE_DATE_EPOCH";
    private const string EpochAttribute = "source-date-epoch";

    private const string ArgumentPrefix = "build-arg:";

    /// <summary>The variables that it gives values.</summary>
    public IReadOnlySet<string> Arguments => FrontendOptions.Keys
        .Where(key => key.StartsWith(ArgumentPrefix, StringComparison.Ordinal))
        .Select(key => key[ArgumentPrefix.Length..])
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Builds of the same directory or repository, from the same file, are forms of one thing.</summary>
    public string ProjectOf(ISession? session) => string.Join(
        '\0', session?.SharedKey, FrontendOptions.GetValueOrDefault("context", ""), FrontendOptions.GetValueOrDefault("filename", ""));

    /// <exception cref="NotSupportedException">It asks for what this engine does not have; the message names it.</exception>
    public static BuildRequest Parse(SolveRequest request)
    {
        if (request.ProxyNetwork)
            throw new NotSupportedException("the proxy network is not supported in this version");
        var exporters = request.Exporters.Select(exporter => new ExporterRequest(exporter.Type, exporter.Attrs.ToDictionary())).ToList();
        if (exporters.Count == 0 && request.ExporterDeprecated.Length > 0)
            exporters.Add(new ExporterRequest(request.ExporterDeprecated, request.ExporterAttrsDeprecated.ToDictionary()));
        if (request.FrontendAttrs.TryGetValue(EpochArgument, out var epoch))
            exporters = [.. exporters.Select(exporter => exporter.Attributes.ContainsKey(EpochAttribute) ? exporter : exporter with { Attributes = new Dictionary<string, string>(exporter.Attributes) { [EpochAttribute] = epoch } })];
        exporters = CompatibilityVersion.Apply(request.CompatibilityVersion, exporters, request.FrontendAttrs.Any(option => IsAttestation(option.Key, option.Value)));
        return new BuildRequest(
            request.Ref,
            request.Session,
            request.Definition is { Def.Count: > 0 } definition ? definition : null,
            request.Frontend,
            request.FrontendAttrs.ToDictionary(),
            request.FrontendInputs.ToDictionary(),
            exporters,
            ReadCacheExports(request.Cache),
            ReadCacheImports(request.Cache),
            Entitlements.Parse(request.Entitlements),
            SourcePolicy.Parse(request.SourcePolicy),
            request.SourcePolicySession,
            request.Internal,
            request.EnableSessionExporter);
    }

    private static bool IsAttestation(string option, string value) =>
        (option.StartsWith("attest:", StringComparison.Ordinal) || option.StartsWith("build-arg:BUILDKIT_ATTEST_", StringComparison.Ordinal))
        && value != "false" && !value.Contains("disabled=true", StringComparison.Ordinal);

    private static List<CacheRequest> ReadCacheExports(CacheOptions? options)
    {
        if (options is null)
            return [];
        var exports = options.Exports.Select(ReadCache).ToList();
        if (options.ExportRefDeprecated.Length > 0)
        {
            var attributes = options.ExportAttrsDeprecated.ToDictionary();
            attributes["ref"] = options.ExportRefDeprecated;
            exports.Add(new CacheRequest("registry", attributes));
        }
        return exports;
    }

    private static List<CacheRequest> ReadCacheImports(CacheOptions? options) => options is null ? [] :
    [
        .. options.Imports.Select(ReadCache),
        .. options.ImportRefsDeprecated.Select(reference => new CacheRequest("registry", new Dictionary<string, string> { ["ref"] = reference })),
    ];

    private static CacheRequest ReadCache(CacheOptionsEntry entry) => new(entry.Type, entry.Attrs.ToDictionary());
}

internal sealed record ExporterRequest(string Type, IReadOnlyDictionary<string, string> Attributes);
