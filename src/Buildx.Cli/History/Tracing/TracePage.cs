using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Buildx.Cli.History.Tracing;

/// <summary>The page that shows one trace, or two beside each other. All it needs is in it.</summary>
internal static class TracePage
{
    private const string Resource = "trace.html";

    /// <param name="nonce">By which the browser knows the page's own script and style: see <see cref="PolicyOf"/>.</param>
    public static byte[] Write(IReadOnlyList<RecordedTrace> traces, string nonce)
    {
        using var template = new StreamReader(typeof(TracePage).Assembly.GetManifestResourceStream(Resource)!);
        return Encoding.UTF8.GetBytes(template.ReadToEnd()
            .Replace("{{nonce}}", nonce, StringComparison.Ordinal)
            .Replace("{{traces}}", Data(traces), StringComparison.Ordinal));
    }

    public static string NewNonce() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>What the browser may load and run for the page: nothing else.</summary>
    public static string PolicyOf(string nonce) =>
        $"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // The writer escapes what would end the element that holds it.
    private static string Data(IReadOnlyList<RecordedTrace> traces)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var trace in traces)
            {
                json.WriteStartObject();
                json.WriteString("title", trace.Title);
                json.WritePropertyName("trace");
                JaegerJson.WriteTrace(json, trace.Spans);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
