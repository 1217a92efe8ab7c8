using System.Text.Json.Serialization;

namespace Buildx.Cli.History;

[JsonSerializable(typeof(string[]))]
internal sealed partial class HistoryJson : JsonSerializerContext;
