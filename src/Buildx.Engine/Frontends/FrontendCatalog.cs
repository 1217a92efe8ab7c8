using Buildx.Engine.Frontends.Dockerfile;
using Buildx.Engine.Frontends.Gateway;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Server;
using Buildx.Engine.Server.Configuration;

namespace Buildx.Engine.Frontends;

/// <summary>The frontends by the names that clients use.</summary>
internal sealed class FrontendCatalog(ExecEnvironment exec, WorkerDescription worker, FrontendLimits limits)
{
    /// <summary>For containers that frontends run in, and that they make.</summary>
    public ExecEnvironment Exec => exec;

    /// <summary>What frontends are told about this engine.</summary>
    public WorkerDescription Worker => worker;

    public FrontendLimits Limits => limits;

    /// <exception cref="NotSupportedException">There is no such frontend here; the message says which there are.</exception>
    public IFrontend Find(string name) => name switch
    {
        "dockerfile.v0" when !limits.HasDockerfile => throw SwitchedOff(name),
        "gateway.v0" when !limits.HasGateway => throw SwitchedOff(name),
        "dockerfile.v0" => new DockerfileFrontend(new ImageFrontend(this)),
        "gateway.v0" => new ImageFrontend(this),
        _ => throw new NotSupportedException($"frontend {name} is not known; there are dockerfile.v0 and gateway.v0"),
    };

    private static NotSupportedException SwitchedOff(string name) => new($"frontend {name} is switched off in this builder's configuration ([frontend.\"{name}\"])");
}
