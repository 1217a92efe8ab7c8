using Tomlyn.Model;
using Tomlyn.Serialization;

namespace Buildx.Drivers.Configuration;

[TomlSerializable(typeof(TomlTable))]
internal sealed partial class TomlTables : TomlSerializerContext;
