using System.Text.Json.Serialization;

namespace Buildx.Dockerfile;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(DockerImage))]
internal sealed partial class DockerImageJson : JsonSerializerContext;
