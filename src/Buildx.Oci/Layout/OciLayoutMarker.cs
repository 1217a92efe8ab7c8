using System.Text.Json.Serialization;

namespace Buildx.Oci;

/// <summary>The file <c>oci-layout</c>, by which a directory is known to be one.</summary>
internal sealed record OciLayoutMarker([property: JsonPropertyName("imageLayoutVersion")] string ImageLayoutVersion);
