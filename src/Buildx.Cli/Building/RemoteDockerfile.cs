using System.Diagnostics.CodeAnalysis;
using Buildx.Llb;

namespace Buildx.Cli.Building;

/// <summary><c>--file URL</c>: a Dockerfile that a web server has.</summary>
internal static class RemoteDockerfile
{
    private const int MaximumSize = 2 << 20;

    public static bool IsUrl([NotNullWhen(true)] string? file) =>
        file is not null && (file.StartsWith("http://", StringComparison.Ordinal) || file.StartsWith("https://", StringComparison.Ordinal));

    /// <exception cref="CliException">It can't be had; the message says why.</exception>
    public static async Task<Stream> OpenAsync(string url, CancellationToken cancellationToken)
    {
        var shown = UrlCredentials.Redact(url);
        using var client = new HttpClient { MaxResponseContentBufferSize = MaximumSize };
        try
        {
            using var response = await client.GetAsync(url, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new CliException($"--file {shown}: the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
            return new MemoryStream(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or UriFormatException or InvalidOperationException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new CliException($"--file {shown}: cannot download it: {e.InnerException?.Message ?? e.Message}", innerException: e);
        }
    }
}
