using Buildx.Engine.Execution.Bundles;
using Buildx.Linux;
using Buildx.Linux.Namespaces;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution.Bootstrap;

/// <summary>
/// Puts the engine into namespaces of its own, so that a killed engine leaves no mount behind, and an ordinary user's engine may
/// mount at all. Namespaces can't be entered with threads running: the process becomes <c>unshare</c>, which becomes this
/// executable again, under the same process id.
/// </summary>
public static class EngineBootstrap
{
    private const string DaemonName = "buildkitd";
    private const string Marker = "BUILDX_ENGINE_OUTER_NAMESPACE";

    private static readonly string[] MountNamespace = ["--mount", "--propagation=slave"];

    private static bool IsPrivileged => CurrentProcess.IsRoot && Capabilities.IsEffective("SYS_ADMIN");

    /// <summary>
    /// What starts the engine right in its namespaces, so that it need not start twice. Only root's are so plain that there is nothing
    /// to find out first.
    /// </summary>
    /// <returns>A program with the arguments in front of the engine's own command, and what its environment has to have; null where there is none.</returns>
    public static (string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)? FindWrapper() =>
        IsPrivileged && EngineNamespaces.CurrentMountNamespace is { } current && ExecutableSearch.Find("unshare") is { } unshare
            ? (unshare, [.. MountNamespace, "--"], new Dictionary<string, string> { [Marker] = current })
            : null;

    /// <summary>
    /// To be called first thing in a process that becomes the engine. Doesn't return the first time; the second time it makes the
    /// mounts that belong to the engine and returns.
    /// </summary>
    /// <param name="warn">For what works less well than it could, with the remedy.</param>
    /// <exception cref="EngineBootstrapException">The engine can't have its namespaces.</exception>
    public static void Enter(Action<string> warn)
    {
        EnterNamespaces(warn);
        EngineNamespaces.Initialize(warn);
    }

    /// <summary>The namespaces alone. Doesn't return the first time.</summary>
    /// <exception cref="EngineBootstrapException">They can't be had.</exception>
    internal static void EnterNamespaces(Action<string> warn)
    {
        var outer = Environment.GetEnvironmentVariable(Marker);
        Environment.SetEnvironmentVariable(Marker, null);
        var current = EngineNamespaces.CurrentMountNamespace
            ?? throw new EngineBootstrapException("/proc is not mounted, which the engine needs");
        if (outer is not null && outer != current)
            return;
        var unshare = ExecutableSearch.Find("unshare")
            ?? throw new EngineBootstrapException("the engine needs the program unshare: apt-get install util-linux");
        var isPrivileged = IsPrivileged;
        string[] namespaces = isPrivileged ? MountNamespace : ["--user", "--map-root-user", .. UserMaps(warn), .. MountNamespace];
        var commandLine = CurrentProcess.CommandLine();
        CurrentProcess.Replace(unshare,
            [.. namespaces, "--", CurrentProcess.ExecutablePath, .. Identity(commandLine), .. commandLine.Skip(1)],
            new Dictionary<string, string?> { [Marker] = current });
    }

    /// <summary>Called by the name of the daemon (a link), it must be told by an argument that it is the daemon: the name gets lost on the way.</summary>
    private static string[] Identity(IReadOnlyList<string> commandLine) => Path.GetFileName(commandLine[0]) == DaemonName ? [DaemonName] : [];

    private static string[] UserMaps(Action<string> warn)
    {
        CheckUserNamespaces();
        var user = Environment.UserName;
        var id = CurrentProcess.UserId;
        if (ExecutableSearch.Find("newuidmap") is null)
        {
            warn("newuidmap is missing, so images can hold files of one user only: apt-get install uidmap");
            return [];
        }
        foreach (var file in (ReadOnlySpan<string>)[SubordinateIds.UserFile, SubordinateIds.GroupFile])
        {
            if (SubordinateIds.Read(file, user, id).Count == 0)
            {
                warn($"{file} has no line for {user}, so images can hold files of one user only. As root add the line: {user}:100000:65536 (or another range that nobody has)");
                return [];
            }
        }
        return ["--map-auto"];
    }

    private static void CheckUserNamespaces()
    {
        const string prefix = "an ordinary user's engine needs user namespaces, which are switched off here. As root: ";
        if (Is("/proc/sys/kernel/unprivileged_userns_clone", "0"))
            throw new EngineBootstrapException(prefix + "sysctl -w kernel.unprivileged_userns_clone=1");
        if (Is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"))
            throw new EngineBootstrapException(prefix + "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
        if (!File.Exists("/proc/sys/user/max_user_namespaces") || Is("/proc/sys/user/max_user_namespaces", "0"))
            throw new EngineBootstrapException(prefix + "sysctl -w user.max_user_namespaces=15000");
    }

    private static bool Is(string file, string value) => File.Exists(file) && File.ReadAllText(file).Trim() == value;
}
