using Buildx.Drivers.Docker;

namespace Buildx.Cli;

/// <summary>The flags every command takes, wherever they stand on the command line.</summary>
internal sealed record GlobalFlags
{
    public string? Builder { get; init; }

    public bool Debug { get; init; }

    /// <summary>From the Docker CLI's own <c>--config</c>.</summary>
    public string? DockerConfigDirectory { get; init; }

    /// <summary>From the Docker CLI's own <c>--context</c>.</summary>
    public string? DockerContext { get; init; }

    /// <summary>From the Docker CLI's own <c>--tls…</c>.</summary>
    public DockerTlsFlags DockerTls { get; init; } = new();
}
