using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Buildx.TestSupport;

/// <summary>
/// Gives bearer tokens for a <see cref="RegistryServer"/>: signed ones that the real registry checks. By GET with the
/// password; by POST with the identity token that it gave for it. Without credentials there are tokens for pulling only.
/// </summary>
public sealed class TokenServer : IDisposable
{
    public const string Service = "tests";
    public const string UserName = "me";
    public const string Password = "secret";
    private const string Issuer = "token server for tests";

    private readonly TemporaryDirectory _directory = new();
    private readonly HttpListener _listener;
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly List<string> _requests = [];

    public TokenServer()
    {
        var request = new CertificateRequest("CN=" + Issuer, _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        var file = _directory.Write("token.pem", _certificate.ExportCertificatePem() + "\n");
        _listener = LoopbackListener.Start(out var host);
        Url = $"http://{host}/token";
        Options = new RegistryTokenOptions(Url, Service, Issuer, file);
        _ = ServeAsync();
    }

    public string Url { get; }

    /// <summary>For <see cref="RegistryServerOptions.Token"/>.</summary>
    public RegistryTokenOptions Options { get; }

    /// <summary>Given to who asks for one with the password.</summary>
    public string IdentityToken { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));

    /// <summary>How each token was asked for: <c>GET scope scope</c>, sorted scopes.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>Seconds that tokens are good for.</summary>
    public int Lifetime { get; set; } = 300;

    public void Dispose()
    {
        _listener.Close();
        _certificate.Dispose();
        _key.Dispose();
        _directory.Dispose();
    }

    private async Task ServeAsync()
    {
        while (await _listener.NextAsync() is { } context)
            await AnswerAsync(context);
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var isPost = context.Request.HttpMethod == "POST";
        string query;
        if (isPost)
        {
            using var reader = new StreamReader(context.Request.InputStream);
            query = await reader.ReadToEndAsync();
        }
        else
        {
            query = context.Request.Url!.Query;
        }
        var parameters = System.Web.HttpUtility.ParseQueryString(query);
        var scopes = (parameters.GetValues("scope") ?? []).SelectMany(scope => scope.Split(' ')).Order(StringComparer.Ordinal).ToArray();
        lock (_requests)
            _requests.Add($"{context.Request.HttpMethod} {string.Join(' ', scopes)}".TrimEnd());

        var authorization = context.Request.Headers["Authorization"];
        var wanted = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}"));
        var isAnonymous = !isPost && authorization is null;
        var isKnown = isPost
            ? parameters["grant_type"] == "refresh_token" && parameters["refresh_token"] == IdentityToken
            : authorization == wanted;
        if (!isAnonymous && !isKnown)
        {
            context.Response.StatusCode = 401;
            context.Response.Close();
            return;
        }
        var answer = new JsonObject
        {
            ["token"] = MakeToken(scopes, isAnonymous),
            ["expires_in"] = Lifetime,
        };
        if (isKnown && parameters["offline_token"] == "true")
            answer["refresh_token"] = IdentityToken;
        context.Response.ContentType = "application/json";
        context.Response.Close(Encoding.UTF8.GetBytes(answer.ToJsonString()), willBlock: false);
    }

    private string MakeToken(IEnumerable<string> scopes, bool pullOnly)
    {
        var access = new JsonArray();
        foreach (var scope in scopes)
        {
            var parts = scope.Split(':');
            var actions = parts[^1].Split(',').Where(action => !pullOnly || action == "pull");
            access.Add(new JsonObject
            {
                ["type"] = parts[0],
                ["name"] = string.Join(':', parts[1..^1]),
                ["actions"] = new JsonArray([.. actions.Select(action => (JsonNode)action)]),
            });
        }
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)) };
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = pullOnly ? "" : UserName,
            ["aud"] = Service,
            ["exp"] = now + Lifetime,
            ["nbf"] = now - 60,
            ["iat"] = now,
            ["jti"] = Guid.NewGuid().ToString(),
            ["access"] = access,
        };
        var text = $"{Encode(header)}.{Encode(claims)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{text}.{Base64Url(signature)}";
    }

    private static string Encode(JsonObject node) => Base64Url(JsonSerializer.SerializeToUtf8Bytes(node));

    private static string Base64Url(byte[] data) => Convert.ToBase64String(data).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
