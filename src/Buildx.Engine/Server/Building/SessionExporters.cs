using Buildx.Engine.Exporting;
using Buildx.Protocol.SessionExporting;
using Google.Protobuf;
using Grpc.Core;
using ExporterRequest = Buildx.Engine.Server.Building.ExporterRequest;

namespace Buildx.Engine.Server.Building;

/// <summary>Outputs that a client decides about only when it knows the result (<c>moby.exporter.v1.Exporter</c>).</summary>
internal static class SessionExporters
{
    private const string Service = "/moby.exporter.v1.Exporter/";

    /// <returns>None where the client does not offer to be asked.</returns>
    public static async Task<IReadOnlyList<ExporterRequest>> FindAsync(ISession? session, ExportResult result, CancellationToken cancellationToken)
    {
        if (session?.Supports(Service + "FindExporters") is not true)
            return [];
        var request = new FindExportersRequest();
        foreach (var (key, value) in result.Metadata)
            request.Metadata[key] = ByteString.CopyFrom(value);
        request.Refs.Add(result.Platforms.Select(platform => platform.Id));
        try
        {
            var response = await new Exporter.ExporterClient(session.Invoker).FindExportersAsync(request, cancellationToken: cancellationToken);
            return [.. response.Exporters.Select(exporter => new ExporterRequest(exporter.Type, exporter.Attrs.ToDictionary()))];
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.Unavailable)
        {
            return [];
        }
    }

    /// <summary>Tells the client what all outputs answered.</summary>
    public static async Task FinishAsync(ISession? session, IEnumerable<IReadOnlyDictionary<string, string>> responses, CancellationToken cancellationToken)
    {
        if (session?.Supports(Service + "FinalizeExport") is not true)
            return;
        var request = new FinalizeExportRequest();
        foreach (var (key, value) in responses.SelectMany(response => response))
            request.ExporterResponse[key] = value;
        try
        {
            await new Exporter.ExporterClient(session.Invoker).FinalizeExportAsync(request, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.Unavailable)
        {
            // It need not want to know.
        }
    }
}
