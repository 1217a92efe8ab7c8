using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Drivers.Store;

// Buildx reads names without regard to case, so this does too; it writes them as they are spelled in the records.
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(BuilderRecord))]
[JsonSerializable(typeof(CurrentBuilder))]
internal sealed partial class StoreJson : JsonSerializerContext;
