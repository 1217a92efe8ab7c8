using System.Runtime.CompilerServices;
using System.Text;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.History;

/// <summary>How a build went.</summary>
internal static class RecordProgress
{
    private const int LastLines = 16;

    public static async IAsyncEnumerable<StatusResponse> ReadAsync(BuildRecord build, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var client = await build.Node.ConnectAsync(cancellationToken);
        using var call = new Control.ControlClient(client.Invoker).Status(new StatusRequest { Ref = build.Record.Ref }, cancellationToken: cancellationToken);
        await foreach (var status in call.ResponseStream.ReadAllAsync(cancellationToken))
            yield return status;
    }

    /// <summary>A step's name, and the end of what it has written.</summary>
    public static async Task<(string Name, IReadOnlyList<string> Lines)> ReadStepAsync(BuildRecord build, string vertex, CancellationToken cancellationToken)
    {
        var name = "";
        var text = new StringBuilder();
        await foreach (var status in ReadAsync(build, cancellationToken))
        {
            name = status.Vertexes.FirstOrDefault(known => known.Digest == vertex)?.Name ?? name;
            foreach (var log in status.Logs.Where(log => log.Vertex == vertex))
                text.Append(log.Msg.ToStringUtf8());
        }
        var lines = text.ToString().Split('\n').Where(line => line.Length > 0).ToList();
        return (name, [.. lines.Skip(Math.Max(0, lines.Count - LastLines))]);
    }
}
