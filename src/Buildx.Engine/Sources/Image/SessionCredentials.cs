using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Buildx.Engine.Server;
using Buildx.Protocol.Authentication;
using Buildx.Registry;
using Google.Protobuf;
using Grpc.Core;

namespace Buildx.Engine.Sources.Image;

/// <summary>Asks a build's client who it is at registries, through its session. The engine keeps no credentials of its own.</summary>
internal sealed class SessionCredentials : ICredentialSource
{
    private const string CredentialsMethod = "/moby.filesync.v1.Auth/Credentials";
    private const string TokenAuthorityMethod = "/moby.filesync.v1.Auth/GetTokenAuthority";
    private const string FetchTokenMethod = "/moby.filesync.v1.Auth/FetchToken";
    private const string ClientId = "buildkit-client";

    // One per session, so that its tokens serve all steps of the build.
    private static readonly ConditionalWeakTable<ISession, SessionCredentials> Instances = [];

    // Makes the keys of this engine's clients its own: nothing is kept beyond its process.
    private static readonly ByteString Salt = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(32));

    private readonly WeakReference<ISession> _session;
    private readonly ConcurrentDictionary<string, bool> _isAuthority = new(StringComparer.Ordinal);

    private SessionCredentials(ISession session) => _session = new WeakReference<ISession>(session);

    /// <summary>The source for a session; nobody's for none, or for one without credentials.</summary>
    public static ICredentialSource For(ISession? session) =>
        session is null || !session.Supports(CredentialsMethod) && !session.Supports(FetchTokenMethod)
            ? AnonymousCredentials.Instance
            : Instances.GetValue(session, key => new SessionCredentials(key));

    public async ValueTask<RegistryCredential?> GetCredentialAsync(string host, CancellationToken cancellationToken)
    {
        if (!TryGetClient(CredentialsMethod, out var client))
            return null;
        var answer = await CallAsync(
            host, token => client.CredentialsAsync(new CredentialsRequest { Host = host }, cancellationToken: token), cancellationToken);
        return answer switch
        {
            null or { Secret: "" } => null,
            // BuildKit's convention: a secret without a name is an identity token.
            { Username: "" or "<token>" } => RegistryCredential.FromIdentityToken(answer.Secret),
            _ => RegistryCredential.FromPassword(answer.Username, answer.Secret),
        };
    }

    public async ValueTask<RegistryToken?> FetchTokenAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        // The password stays with a client that gets tokens itself, unless it would rather hand the password out.
        if (!TryGetClient(FetchTokenMethod, out var client)
            || (TryGetClient(CredentialsMethod, out _) && !await IsAuthorityAsync(request.Host, cancellationToken)))
        {
            return null;
        }
        var message = new FetchTokenRequest { ClientID = ClientId, Host = request.Host, Realm = request.Realm, Service = request.Service };
        message.Scopes.AddRange(request.Scopes);
        var answer = await CallAsync(request.Host, token => client.FetchTokenAsync(message, cancellationToken: token), cancellationToken);
        if (string.IsNullOrEmpty(answer?.Token))
            return null;
        var issuedAt = answer.IssuedAt > 0 ? DateTimeOffset.FromUnixTimeSeconds(answer.IssuedAt) : DateTimeOffset.UtcNow;
        return new RegistryToken(answer.Token, issuedAt + TimeSpan.FromSeconds(answer.ExpiresIn > 0 ? answer.ExpiresIn : 60));
    }

    private async ValueTask<bool> IsAuthorityAsync(string host, CancellationToken cancellationToken)
    {
        if (_isAuthority.TryGetValue(host, out var known))
            return known;
        if (!TryGetClient(TokenAuthorityMethod, out var client))
            return false;
        try
        {
            var answer = await client.GetTokenAuthorityAsync(new GetTokenAuthorityRequest { Host = host, Salt = Salt }, cancellationToken: cancellationToken);
            return _isAuthority[host] = answer.PublicKey.Length > 0;
        }
        catch (RpcException)
        {
            // Its credentials are asked for next: if it has trouble with them, it says so then.
            return false;
        }
    }

    private bool TryGetClient(string method, out Auth.AuthClient client)
    {
        client = null!;
        if (!_session.TryGetTarget(out var session) || session.Closed.IsCancellationRequested || !session.Supports(method))
            return false;
        client = new Auth.AuthClient(session.Invoker);
        return true;
    }

    private static async Task<T?> CallAsync<T>(string host, Func<CancellationToken, AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await call(cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (RpcException e)
        {
            throw new RegistryException(
                $"cannot get credentials for {RegistryHosts.GetDisplayName(host)} from the client: {e.Status.Detail}", RegistryErrorKind.Unauthorized, host, e);
        }
    }
}
