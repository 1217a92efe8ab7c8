using System.Text.Encodings.Web;
using System.Text.Json;
using Buildx.Oci;

namespace Buildx.Engine.Attestations;

/// <summary>A statement about a result, still without its subjects.</summary>
/// <param name="FileName">What it is called where results are files.</param>
/// <param name="Predicate">JSON.</param>
/// <param name="InlineOnly">Not to be written as a file, nor reason enough to make an index.</param>
internal sealed record Attestation(string PredicateType, string FileName, byte[] Predicate, bool InlineOnly)
{
    public const string MediaType = "application/vnd.in-toto+json";

    private const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>The in-toto statement.</summary>
    public byte[] ToStatement(IEnumerable<(string Name, Digest Digest)> subjects, bool indented)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("_type", StatementType);
            json.WriteString("predicateType", PredicateType);
            json.WriteStartArray("subject");
            foreach (var (name, digest) in subjects)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteStartObject("digest");
                json.WriteString(digest.Algorithm, digest.Hex);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WritePropertyName("predicate");
            using (var predicate = JsonDocument.Parse(Predicate))
                predicate.RootElement.WriteTo(json);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }
}
