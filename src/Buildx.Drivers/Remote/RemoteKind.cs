using Buildx.Drivers.Store;

namespace Buildx.Drivers.Remote;

internal sealed class RemoteKind : DriverKind
{
    public override string Name => RemoteDriver.DriverName;

    public override bool TakesConfiguration => false;

    public override string ResolveEndpoint(string builder, string node, string? asked)
    {
        _ = RemoteEndpoint.Parse(asked ?? throw new DriverException(
            $"driver {Name} needs the address of a BuildKit: buildx create --driver {Name} tcp://HOST:PORT"), tls: null);
        return asked;
    }

    public override void CheckOptions(IReadOnlyDictionary<string, string>? options) => RemoteOptions.Parse(options);

    public override IDriver Open(BuilderRecord builder, NodeRecord node) => new RemoteDriver(node);
}
