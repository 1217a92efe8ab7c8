using Tomlyn.Model;
using Tomlyn.Serialization;

namespace Buildx.Drivers.Embedded;

[TomlSerializable(typeof(TomlTable))]
internal sealed partial class TomlTables : TomlSerializerContext;
