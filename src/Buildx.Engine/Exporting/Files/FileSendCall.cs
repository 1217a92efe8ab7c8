using System.Globalization;
using Buildx.Engine.Server;
using Grpc.Core;

namespace Buildx.Engine.Exporting.Files;

/// <summary>The client's service that takes an exporter's output, and how a call to it is addressed.</summary>
internal static class FileSendCall
{
    public const string Service = "moby.filesync.v1.FileSend";
    public const string Method = "DiffCopy";

    private const string ExporterIdKey = "buildkit-attachable-exporter-id";
    private const string MetadataPrefix = "exporter-md-";

    /// <param name="response">Entries of the export's response, for a client that names its file by them.</param>
    public static Metadata Headers(int exporterIndex, IReadOnlyDictionary<string, string>? response = null)
    {
        var headers = new Metadata { { ExporterIdKey, exporterIndex.ToString(CultureInfo.InvariantCulture) } };
        foreach (var (key, value) in response ?? new Dictionary<string, string>())
            headers.Add(MetadataPrefix + key, value);
        return headers;
    }

    /// <exception cref="ExportException">There is no client, or it takes no files.</exception>
    public static ISession Require(ISession? session, string exporter)
    {
        if (session is null)
            throw new ExportException($"output type={exporter} is sent to the client, but the build has no session");
        if (!session.Supports($"/{Service}/{Method}"))
            throw new ExportException($"output type={exporter} is sent to the client, but the client offers no {Service}: give a destination (dest=…)");
        return session;
    }
}
