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
    IReadOnlySet<string> Entitlements,
    SourcePolicy SourcePolicy,
    bool IsInternal,
    bool AsksSessionForExporters)
{
    private const string EpochArgument = "build-arg:SOURCE_DATE_EPOCH";
    private const string EpochAttribute = "source-date-epoch";

    /// <exception cref="NotSupportedException">It asks for what this engine does not have; the message names it.</exception>
    public static BuildRequest Parse(SolveRequest request)
    {
        if (request.Cache is { } cache && (cache.Exports.Count > 0 || cache.ExportRefDeprecated.Length > 0))
            throw new NotSupportedException("cache export is not supported in this version");
        if (request.Cache is { } imports && (imports.Imports.Count > 0 || imports.ImportRefsDeprecated.Count > 0))
            throw new NotSupportedException("cache import is not supported in this version");
        if (request.SourcePolicySession.Length > 0)
            throw new NotSupportedException("source policies that the client decides about (--policy) are not supported in this version");
        if (request.ProxyNetwork)
            throw new NotSupportedException("the proxy network is not supported in this version");
        var exporters = request.Exporters.Select(exporter => new ExporterRequest(exporter.Type, exporter.Attrs.ToDictionary())).ToList();
        if (exporters.Count == 0 && request.ExporterDeprecated.Length > 0)
            exporters.Add(new ExporterRequest(request.ExporterDeprecated, request.ExporterAttrsDeprecated.ToDictionary()));
        if (request.FrontendAttrs.TryGetValue(EpochArgument, out var epoch))
            exporters = [.. exporters.Select(exporter => exporter.Attributes.ContainsKey(EpochAttribute) ? exporter : exporter with { Attributes = new Dictionary<string, string>(exporter.Attributes) { [EpochAttribute] = epoch } })];
        return new BuildRequest(
            request.Ref,
            request.Session,
            request.Definition is { Def.Count: > 0 } definition ? definition : null,
            request.Frontend,
            request.FrontendAttrs.ToDictionary(),
            request.FrontendInputs.ToDictionary(),
            exporters,
            request.Entitlements.ToHashSet(),
            SourcePolicy.Parse(request.SourcePolicy),
            request.Internal,
            request.EnableSessionExporter);
    }
}

internal sealed record ExporterRequest(string Type, IReadOnlyDictionary<string, string> Attributes);
