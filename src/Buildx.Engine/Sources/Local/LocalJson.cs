using System.Text.Json.Serialization;

namespace Buildx.Engine.Sources.Local;

[JsonSerializable(typeof(string[]))]
internal sealed partial class LocalJson : JsonSerializerContext;
