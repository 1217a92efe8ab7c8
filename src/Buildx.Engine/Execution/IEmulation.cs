using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Engine.Execution;

/// <summary>Which platforms' binaries run here, and how.</summary>
internal interface IEmulation
{
    /// <summary>Native first, then what can be emulated, in a stable order: what <c>ListWorkers</c> and <c>inspect</c> show.</summary>
    ImmutableArray<Platform> SupportedPlatforms { get; }

    EmulationKind GetKind(Platform platform);

    /// <summary>For <see cref="EmulationKind.Unsupported"/>: why, and the command that changes it.</summary>
    string DescribeRemedy(Platform platform);
}

internal enum EmulationKind
{
    Native,

    /// <summary>The host's binfmt_misc has the handler.</summary>
    HostHandler,

    /// <summary>The engine's own user namespace with a private binfmt_misc has it.</summary>
    PrivateHandler,

    Unsupported,
}
