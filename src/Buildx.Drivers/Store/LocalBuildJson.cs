using System.Text.Json.Serialization;

namespace Buildx.Drivers.Store;

[JsonSerializable(typeof(LocalBuild))]
[JsonSerializable(typeof(LocalBuildGroup))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class LocalBuildJson : JsonSerializerContext;
