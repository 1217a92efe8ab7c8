using Buildx.Drivers.Docker;
using Buildx.Drivers.Native;

namespace Buildx.Drivers.Embedded;

/// <summary>Where the engine of one embedded builder keeps its state and its socket.</summary>
public sealed record EmbeddedPaths(string State, string Runtime)
{
    /// <summary>Overrides the directory under which every builder has its state.</summary>
    public const string StateVariable = "BUILDX_ENGINE_ROOT";

    /// <summary>Overrides the directory under which every builder has its socket and log.</summary>
    public const string RuntimeVariable = "BUILDX_ENGINE_RUN";

    // sockaddr_un
    private const int LongestSocketPath = 107;

    public string Socket => Path.Combine(Runtime, "buildkitd.sock");

    public string Log => Path.Combine(Runtime, "buildkitd.log");

    /// <summary>Held by whoever starts or stops the engine.</summary>
    public string Lock => Path.Combine(Runtime, "start.lock");

    public string Configuration => Path.Combine(Runtime, "config");

    public static EmbeddedPaths For(string builder)
    {
        var root = LibC.GetEffectiveUserId() == 0;
        var home = Path.Combine(Variable("XDG_DATA_HOME") ?? Path.Combine(DockerEnvironment.HomeDirectory, ".local", "share"), "buildx");
        var state = Variable(StateVariable) ?? (root ? "/var/lib/buildx" : home);
        var runtime = Variable(RuntimeVariable)
            ?? (root ? "/run/buildx" : FindUserRuntime() is { } user ? Path.Combine(user, "buildx") : Path.Combine(home, "run"));
        var paths = new EmbeddedPaths(Path.Combine(state, builder), Path.Combine(runtime, builder));
        return System.Text.Encoding.UTF8.GetByteCount(paths.Socket) <= LongestSocketPath
            ? paths
            : throw new DriverException($"{paths.Socket}: too long for the path of a socket (at most {LongestSocketPath} bytes); set {RuntimeVariable} to a shorter directory");
    }

    private static string? FindUserRuntime() =>
        Variable("XDG_RUNTIME_DIR") is { } configured && Directory.Exists(configured) ? configured
        : $"/run/user/{LibC.GetEffectiveUserId()}" is var path && Directory.Exists(path) ? path
        : null;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? Path.GetFullPath(value) : null;
}
