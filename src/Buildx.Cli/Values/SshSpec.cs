using Buildx.Linux;
using Buildx.Protocol.Sessions;

namespace Buildx.Cli.Values;

/// <summary>One <c>--ssh</c>: the ssh agent that an id stands for.</summary>
/// <param name="Socket">The agent's socket; null when <paramref name="Keys"/> are given.</param>
/// <param name="Keys">Files of private keys, for an agent of the build's own.</param>
internal sealed record SshSpec(string Id, string? Socket, IReadOnlyList<string> Keys)
{
    private const string Flag = "--ssh";

    public static SshSpec Default => Parse(SessionStreams.DefaultAgent);

    /// <exception cref="CliException">There is no such agent or key.</exception>
    public static SshSpec Parse(string text)
    {
        var equals = text.IndexOf('=');
        var id = equals < 0 ? text : text[..equals];
        if (id.Length == 0)
            id = SessionStreams.DefaultAgent;
        var paths = equals < 0 ? [] : text[(equals + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (paths.Length == 0)
            return new SshSpec(id, CheckSocket(Environment.GetEnvironmentVariable("SSH_AUTH_SOCK"), id), []);
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                throw new CliException($"{Flag}: {path} is a directory; name a private key, or an agent's socket");
            if (!File.Exists(path))
                throw new CliException($"{Flag}: there is no file {path} (want the socket of an ssh agent, or private keys)");
        }
        var sockets = paths.Where(IsSocket).ToList();
        return sockets switch
        {
            [] => new SshSpec(id, null, paths),
            [var socket] when paths.Length == 1 => new SshSpec(id, socket, []),
            _ => throw new CliException($"{Flag}: {text} mixes sockets and keys: an id stands for one socket, or for one or more keys"),
        };
    }

    /// <exception cref="CliException">Two have the same id.</exception>
    public static IReadOnlyList<SshSpec> ParseAll(IReadOnlyList<string> values)
    {
        var specs = values.Select(Parse).ToList();
        var twice = specs.GroupBy(spec => spec.Id).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? specs : throw new CliException($"{Flag}: the id \"{twice.Key}\" is there twice; several keys belong together: {Flag} {twice.Key}=KEY,KEY");
    }

    private static string CheckSocket(string? path, string id) => string.IsNullOrEmpty(path)
        ? throw new CliException($"{Flag} {id}: no ssh agent is running (SSH_AUTH_SOCK is not set); start one (eval \"$(ssh-agent)\"; ssh-add), or name a key: {Flag} {id}=PATH")
        : File.Exists(path)
            ? path
            : throw new CliException($"{Flag} {id}: SSH_AUTH_SOCK names {path}, which is not there: the agent has ended");

    private static bool IsSocket(string path) =>
        FileSystem.TryGetStatusAt(null, path, out var status, followLink: true) && status.Type == FileType.Socket;
}
