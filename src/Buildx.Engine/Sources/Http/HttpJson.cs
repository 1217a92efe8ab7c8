using System.Text.Json.Serialization;

namespace Buildx.Engine.Sources.Http;

[JsonSerializable(typeof(HttpAnswer))]
internal sealed partial class HttpJson : JsonSerializerContext;
