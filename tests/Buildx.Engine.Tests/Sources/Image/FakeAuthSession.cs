using Buildx.Engine.Server;
using Buildx.Protocol.Authentication;
using Grpc.Core;

namespace Buildx.Engine.Tests.Sources.Image;

/// <summary>A client's session that knows one account.</summary>
internal sealed class FakeAuthSession(string host, string username, string secret) : CallInvoker, ISession
{
    public List<string> AskedHosts { get; } = [];

    public string Id => "session";

    public string Name => "";

    public string SharedKey => "";

    public CallInvoker Invoker => this;

    public CancellationToken Closed => CancellationToken.None;

    public bool Supports(string method) => method == "/moby.filesync.v1.Auth/Credentials";

    public string? GetOfferedDirectory(string localName) => null;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? callHost, CallOptions options, TRequest request)
    {
        Assert.Equal("/moby.filesync.v1.Auth/Credentials", method.FullName);
        var asked = ((CredentialsRequest)(object)request).Host;
        AskedHosts.Add(asked);
        var response = asked == host ? new CredentialsResponse { Username = username, Secret = secret } : new CredentialsResponse();
        return new AsyncUnaryCall<TResponse>(
            Task.FromResult((TResponse)(object)response), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? callHost, CallOptions options, TRequest request) =>
        throw new NotSupportedException();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? callHost, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? callHost, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? callHost, CallOptions options) => throw new NotSupportedException();
}
