using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Buildx.Protocol.Sessions;

/// <summary>
/// Sends repeated metadata as separate header fields. <see cref="SocketsHttpHandler"/> would join them with commas, which other
/// implementations do not take apart again. The interceptor joins them with a character that cannot occur in a value, and
/// <see cref="RepeatedHeaderStream"/>, between the handler and the socket, splits them.
/// </summary>
internal sealed class RepeatedMetadata : Interceptor
{
    public const char Separator = '\x1f';

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Join(context));

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Join(context));

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Join(context));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Join(context));

    private static ClientInterceptorContext<TRequest, TResponse> Join<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class
    {
        if (context.Options.Headers is not { Count: > 1 } headers)
            return context;
        var joined = new Metadata();
        var repeated = false;
        foreach (var group in headers.GroupBy(entry => entry.Key))
        {
            var entries = group.ToList();
            if (entries is [var only] || entries[0].IsBinary)
            {
                entries.ForEach(joined.Add);
                continue;
            }
            repeated = true;
            joined.Add(group.Key, string.Join(Separator, entries.Select(entry => entry.Value)));
        }
        return repeated ? new(context.Method, context.Host, context.Options.WithHeaders(joined)) : context;
    }
}
