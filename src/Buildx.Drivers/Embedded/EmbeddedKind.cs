using Buildx.Drivers.Store;

namespace Buildx.Drivers.Embedded;

internal sealed class EmbeddedKind(EngineCommand command) : DriverKind
{
    public override string Name => EmbeddedDriver.DriverName;

    public override bool TakesSeveralNodes => false;

    public override string ResolveEndpoint(string builder, string node, string? asked) => asked is null
        ? EmbeddedDriver.StoredEndpoint(builder)
        : throw new DriverException($"driver {Name} takes no endpoint (found \"{asked}\"): its engine runs on this machine");

    public override void CheckOptions(IReadOnlyDictionary<string, string>? options) => EmbeddedOptions.Parse(options);

    public override IDriver Open(BuilderRecord builder, NodeRecord node) => new EmbeddedDriver(builder, node, command);
}
