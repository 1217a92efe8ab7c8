using Buildx.Drivers.Store;

namespace Buildx.Drivers.Docker;

internal sealed class DockerKind(Func<DockerEnvironment> docker) : DriverKind
{
    public override string Name => DockerDriver.DriverName;

    public override bool IsImplicit => true;

    public override bool TakesConfiguration => false;

    public override bool TakesSeveralNodes => false;

    public override string ResolveEndpoint(string builder, string node, string? asked) => throw new DriverException(
        $"builders of driver {Name} are not created: every Docker context is one (buildx use CONTEXT)");

    public override void CheckOptions(IReadOnlyDictionary<string, string>? options)
    {
        if (options is { Count: > 0 })
            throw new DriverException($"--driver-opt: the driver {Name} has no options");
    }

    public override IDriver Open(BuilderRecord builder, NodeRecord node) => new DockerDriver(node, docker().GetEngineOf(node.Endpoint));
}
