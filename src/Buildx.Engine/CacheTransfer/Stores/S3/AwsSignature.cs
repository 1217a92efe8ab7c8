using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Buildx.Engine.CacheTransfer.Stores.S3;

/// <summary>
/// AWS Signature Version 4 of a request, in its <c>Authorization</c> header
/// (<see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"/>).
/// </summary>
internal sealed class AwsSignature(AwsCredentials credentials, string region, string service = "s3")
{
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string DateHeader = "x-amz-date";
    private const string PayloadHeader = "x-amz-content-sha256";
    private const string TokenHeader = "x-amz-security-token";

    /// <summary>Text as it stands in a signed path or query: only unreserved characters as they are.</summary>
    public static string Encode(string text) => Uri.EscapeDataString(text);

    /// <param name="request">Its path and query are encoded as <see cref="Encode"/> does, and its query is sorted.</param>
    /// <param name="payloadHash">SHA-256 of the content in hexadecimal, or <see cref="UnsignedPayload"/>.</param>
    public void Sign(HttpRequestMessage request, string payloadHash, DateTimeOffset time)
    {
        var stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers.TryAddWithoutValidation(DateHeader, stamp);
        request.Headers.TryAddWithoutValidation(PayloadHeader, payloadHash);
        if (credentials.SessionToken is { } token)
            request.Headers.TryAddWithoutValidation(TokenHeader, token);

        var headers = SignedHeaders(request);
        var names = string.Join(';', headers.Keys);
        var uri = request.RequestUri!;
        var canonical = string.Join('\n',
            request.Method.Method,
            uri.AbsolutePath,
            CanonicalQuery(uri),
            string.Concat(headers.Select(header => $"{header.Key}:{header.Value}\n")),
            names,
            payloadHash);
        var scope = $"{stamp[..8]}/{region}/{service}/aws4_request";
        var toSign = $"{Algorithm}\n{stamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Hex(HMACSHA256.HashData(SigningKey(stamp[..8]), Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"{Algorithm} Credential={credentials.AccessKeyId}/{scope},SignedHeaders={names},Signature={signature}");
    }

    private static SortedDictionary<string, string> SignedHeaders(HttpRequestMessage request)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = request.Headers.Host ?? request.RequestUri!.Authority,
        };
        // A proxy on the way may change others.
        foreach (var header in request.Headers.NonValidated)
        {
            var name = header.Key.ToLowerInvariant();
            if (name.StartsWith("x-amz-", StringComparison.Ordinal) || name is "range" or "date")
                headers[name] = string.Join(',', header.Value.Select(value => value.Trim()));
        }
        return headers;
    }

    // A name without a value gets an empty one.
    private static string CanonicalQuery(Uri uri) =>
        uri.Query.Length <= 1 ? "" : string.Join('&', uri.Query[1..].Split('&').Select(pair => pair.Contains('=') ? pair : pair + "=").Order(StringComparer.Ordinal));

    private byte[] SigningKey(string date)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretAccessKey);
        foreach (var part in (ReadOnlySpan<string>)[date, region, service, "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return key;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
