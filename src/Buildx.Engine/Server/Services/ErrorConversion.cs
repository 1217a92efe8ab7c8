using Buildx.Engine.Frontends;
using Buildx.Engine.Solving;
using Buildx.Llb;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Pb;
using Buildx.Protocol.Sessions;
using Google.Protobuf;
using Grpc.Core;
using Source = Buildx.Protocol.Errors.Source;

namespace Buildx.Engine.Server.Services;

/// <summary>The one place where an exception becomes what a client is told: a message for people, and typed details for programs.</summary>
internal static class ErrorConversion
{
    public static RpcException ToRpcException(Exception exception, CancellationToken cancellationToken)
    {
        var code = exception switch
        {
            OperationCanceledException => StatusCode.Canceled,
            VertexException { InnerException: OperationCanceledException } => StatusCode.Canceled,
            NotSupportedException => StatusCode.Unimplemented,
            FrontendException or InvalidLlbException or FormatException => StatusCode.InvalidArgument,
            _ => StatusCode.Unknown,
        };
        var message = code == StatusCode.Canceled || cancellationToken.IsCancellationRequested ? "context canceled" : exception.Message;
        var details = new List<IMessage>();
        switch (exception)
        {
            case VertexException vertex:
                details.Add(new Vertex { Digest = vertex.Vertex.Digest.Value });
                foreach (var location in vertex.Vertex.Locations)
                    details.Add(ToSource(location.File.ToMessage(), location.Ranges));
                break;
            case FrontendException { SourceFile: { } file } frontend:
                details.Add(ToSource(file, frontend.Ranges));
                break;
        }
        return RpcStatusDetails.Create(code, message, details);
    }

    private static Source ToSource(SourceInfo info, IEnumerable<Protocol.Pb.Range> ranges)
    {
        var source = new Source { Info = info };
        source.Ranges.AddRange(ranges);
        return source;
    }
}
