using System.Net.Sockets;
using Buildx.Cli.Commands;
using Buildx.Cli.Completion;

namespace Buildx.Cli.Plugin;

/// <summary>
/// The protocol of Docker CLI plugins: Docker asks for metadata, then runs <c>docker-buildx [docker's flags] buildx …</c> and, when
/// it wants us to end, closes the socket it named in the environment.
/// </summary>
internal static class DockerPlugin
{
    private const string SocketVariable = "DOCKER_CLI_PLUGIN_SOCKET";
    private const string OriginalCommandVariable = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND";

    // Docker's own flags that take a value; they come before our name.
    private static readonly string[] DockerValueFlags = ["--config", "--context", "-c", "--host", "-H", "--log-level", "-l", "--tlscacert", "--tlscert", "--tlskey"];

    /// <summary>Docker's questions about the plugin itself.</summary>
    public static bool TryAnswer(string[] args, out int exitCode)
    {
        exitCode = 0;
        switch (args)
        {
            case ["docker-cli-plugin-metadata", ..]:
                Console.Out.WriteLine(
                    $$"""{"SchemaVersion":"0.1.0","Vendor":"Buildx for .NET","Version":"v{{VersionCommand.Version}}","ShortDescription":"Build images for many platforms, without a daemon to set up"}""");
                return true;
            case ["docker-cli-plugin-hooks", ..]:
                return true;
            default:
                return false;
        }
    }

    public static async Task<int> RunAsync(string[] args)
    {
        // Called by hand, without docker, it is the plain command.
        var isPlugin = Environment.GetEnvironmentVariable(OriginalCommandVariable) is not null || Environment.GetEnvironmentVariable(SocketVariable) is not null;
        var flags = new GlobalFlags();
        var ours = args;
        if (Array.IndexOf(args, "buildx") is var at and >= 0 && IsDockersPart(args[..at]))
        {
            isPlugin = true;
            flags = ReadDockerFlags(args[..at]);
            ours = args[(at + 1)..];
        }
        // How Docker's own completion asks its plugins.
        if (args is [Completer.CommandName or Completer.CommandNameWithoutDescriptions, "buildx", ..])
            (isPlugin, ours) = (true, [args[0], .. args[2..]]);
        using var stop = new CancellationTokenSource();
        using var connection = ConnectToDocker(stop);
        var context = new CliContext
        {
            CommandName = isPlugin ? "docker buildx" : "docker-buildx",
            IsDockerPlugin = isPlugin,
            Flags = flags,
        };
        return await new CommandRunner(context).RunAsync(ours, stop.Token);
    }

    private static bool IsDockersPart(string[] before) => before.Length == 0 || before[0].StartsWith('-');

    private static GlobalFlags ReadDockerFlags(string[] args)
    {
        var flags = new GlobalFlags();
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var key, var text] ? (key, text) : (args[i], null);
            if (value is null && DockerValueFlags.Contains(name) && i + 1 < args.Length)
                value = args[++i];
            flags = name switch
            {
                "--config" => flags with { DockerConfigDirectory = value },
                "--context" or "-c" => flags with { DockerContext = value },
                "--debug" or "-D" => flags with { Debug = IsTrue(value) },
                "--tls" => flags with { DockerTls = flags.DockerTls with { IsOn = IsTrue(value) } },
                "--tlsverify" => flags with { DockerTls = flags.DockerTls with { Verifies = IsTrue(value) } },
                "--tlscacert" => flags with { DockerTls = flags.DockerTls with { CertificateAuthorityFile = value } },
                "--tlscert" => flags with { DockerTls = flags.DockerTls with { CertificateFile = value } },
                "--tlskey" => flags with { DockerTls = flags.DockerTls with { KeyFile = value } },
                _ => flags,
            };
            if (name is "--host" or "-H" && value is not null)
                Environment.SetEnvironmentVariable("DOCKER_HOST", value);
        }
        return flags;
    }

    private static bool IsTrue(string? value) => value is null or "true" or "1";

    /// <summary>Docker closes this connection when the user interrupts it.</summary>
    private static Socket? ConnectToDocker(CancellationTokenSource stop)
    {
        if (Environment.GetEnvironmentVariable(SocketVariable) is not { Length: > 0 } address)
            return null;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
        _ = WaitForCloseAsync(socket, stop);
        return socket;
    }

    private static async Task WaitForCloseAsync(Socket socket, CancellationTokenSource stop)
    {
        try
        {
            var buffer = new byte[64];
            while (await socket.ReceiveAsync(buffer) > 0)
            {
            }
            await stop.CancelAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // We are ending anyway.
        }
    }
}
