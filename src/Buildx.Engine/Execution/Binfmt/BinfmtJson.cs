using System.Text.Json.Serialization;

namespace Buildx.Engine.Execution.Binfmt;

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(BinfmtStatus))]
internal sealed partial class BinfmtJson : JsonSerializerContext;
