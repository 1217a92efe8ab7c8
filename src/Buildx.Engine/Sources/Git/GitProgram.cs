using System.Collections.Immutable;
using System.Text;
using Buildx.Engine.Solving;
using Buildx.Linux.Processes;
using Buildx.Llb;

namespace Buildx.Engine.Sources.Git;

/// <summary>
/// The program <c>git</c>, as far from the machine's own settings as it can be: no configuration of system and users, no
/// questions, no protocols but those of remotes.
/// </summary>
/// <param name="progress">Where its messages are shown; may be null.</param>
internal sealed class GitProgram(GitAccess access, IVertexProgress? progress)
{
    /// <summary>What git and its helpers may use to reach others; also for submodules, which the repository's author wrote.</summary>
    private const string RemoteProtocols = "http:https:git";

    private static readonly string[] InheritedVariables =
    [
        "PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ];

    private static readonly ImmutableArray<(string Name, string Value)> Configuration =
    [
        ("init.defaultBranch", "master"),
        // A repository that git tidies up in the background changes under whoever reads it next.
        ("gc.auto", "0"),
        ("maintenance.auto", "false"),
        ("core.hooksPath", "/dev/null"),
        ("advice.detachedHead", "false"),
        ("credential.helper", ""),
    ];

    /// <summary>The repository to work on (<c>--git-dir</c>); null for none.</summary>
    public string? Repository { get; init; }

    /// <summary>Where files go (<c>--work-tree</c>), and where git runs; null for none.</summary>
    public string? WorkTree { get; init; }

    /// <summary>Work from one repository on this machine into another: nothing is sent anywhere.</summary>
    public bool IsLocal { get; init; }

    public GitProgram At(string repository, string? workTree = null) =>
        new(access, progress) { Repository = repository, WorkTree = workTree };

    public GitProgram Local() => new(new GitAccess(null, ""), progress) { Repository = Repository, WorkTree = WorkTree, IsLocal = true };

    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="GitException">It ended with an error.</exception>
    /// <exception cref="SourceException">There is no git on this machine.</exception>
    public async Task<string> RunAsync(CancellationToken cancellationToken, params ImmutableArray<string> arguments) =>
        Encoding.UTF8.GetString(await ReadAsync(cancellationToken, arguments));

    /// <inheritdoc cref="RunAsync"/>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken, params ImmutableArray<string> arguments)
    {
        var git = ExecutableSearch.Find("git")
            ?? throw new SourceException("git repositories need the program git, which is not installed where the engine runs: install the package git");
        ImmutableArray<string> all = [
            .. Repository is null ? ImmutableArray<string>.Empty : ["--git-dir", Repository],
            .. WorkTree is null ? ImmutableArray<string>.Empty : ["--work-tree", WorkTree],
            .. arguments];
        // The umask decides what files of a checkout look like, and the engine's is its user's.
        var start = new ProcessStart("/bin/sh", ["-c", "umask 022; exec \"$0\" \"$@\"", git, .. all])
        {
            Environment = Environment(),
            WorkingDirectory = WorkTree ?? Repository ?? "/",
        };
        var run = new ProgramRun(start);
        var exit = await run.RunAsync(cancellationToken);
        var messages = Redact(Encoding.UTF8.GetString(run.Error));
        if (messages.Length > 0)
            progress?.Write(2, Encoding.UTF8.GetBytes(messages));
        cancellationToken.ThrowIfCancellationRequested();
        if (!exit.Succeeded)
            throw new GitException(LastLines(messages) is { Length: > 0 } text ? text : $"git {arguments[0]} ended with {exit}", messages);
        return run.Output.ToArray();
    }

    private ImmutableArray<string> Environment()
    {
        var environment = ImmutableArray.CreateBuilder<string>();
        foreach (var name in InheritedVariables)
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
                environment.Add($"{name}={value}");
        }
        environment.AddRange(
            "HOME=/dev/null", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_ATTR_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false",
            "LC_ALL=C", $"GIT_ALLOW_PROTOCOL={(IsLocal ? "file" : access.Ssh is null ? RemoteProtocols : RemoteProtocols + ":ssh")}");
        if (access.Ssh is { } ssh)
            environment.AddRange(ssh.Environment);
        var configuration = Configuration.AddRange(access.Configuration);
        environment.Add($"GIT_CONFIG_COUNT={configuration.Length}");
        for (var i = 0; i < configuration.Length; i++)
        {
            environment.Add($"GIT_CONFIG_KEY_{i}={configuration[i].Name}");
            environment.Add($"GIT_CONFIG_VALUE_{i}={configuration[i].Value}");
        }
        return environment.ToImmutable();
    }

    private string Redact(string text)
    {
        foreach (var secret in access.Secrets)
            text = text.Replace(secret, "xxxxx", StringComparison.Ordinal);
        return UrlCredentials.Redact(text);
    }

    private static string LastLines(string messages) =>
        string.Join("; ", messages.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(3));
}
