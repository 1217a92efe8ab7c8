using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Buildx.Engine.CacheTransfer.Stores.Azure;

/// <summary>
/// Azure Storage's Shared Key of a request, in its <c>Authorization</c> header
/// (<see href="https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key"/>).
/// </summary>
internal sealed class AzureSharedKey(string account, byte[] key)
{
    public const string Version = "2021-12-02";

    public void Sign(HttpRequestMessage request, DateTimeOffset time)
    {
        request.Headers.TryAddWithoutValidation("x-ms-date", time.UtcDateTime.ToString("R", CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("x-ms-version", Version);
        var content = request.Content?.Headers;
        var toSign = string.Join('\n',
            request.Method.Method,
            "", // Content-Encoding
            "", // Content-Language
            content?.ContentLength is > 0 and var length ? length.ToString(CultureInfo.InvariantCulture) : "",
            "", // Content-MD5
            content?.ContentType?.ToString() ?? "",
            "", // Date: x-ms-date stands for it
            "", // If-Modified-Since
            "", // If-Match
            request.Headers.IfNoneMatch.ToString(),
            "", // If-Unmodified-Since
            request.Headers.Range?.ToString() ?? "",
            CanonicalHeaders(request) + CanonicalResource(request.RequestUri!));
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {account}:{signature}");
    }

    private static string CanonicalHeaders(HttpRequestMessage request) => string.Concat(request.Headers.NonValidated
        .Select(header => (Name: header.Key.ToLowerInvariant(), Value: string.Join(',', header.Value.Select(value => value.Trim()))))
        .Where(header => header.Name.StartsWith("x-ms-", StringComparison.Ordinal))
        .OrderBy(header => header.Name, StringComparer.Ordinal)
        .Select(header => $"{header.Name}:{header.Value}\n"));

    private string CanonicalResource(Uri uri)
    {
        var resource = new StringBuilder($"/{account}{uri.AbsolutePath}");
        var parameters = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .Select(pair => (Name: Uri.UnescapeDataString(pair[0]).ToLowerInvariant(), Value: pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : ""));
        foreach (var (name, value) in parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
            resource.Append('\n').Append(name).Append(':').Append(value);
        return resource.ToString();
    }
}
