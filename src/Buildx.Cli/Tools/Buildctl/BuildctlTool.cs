using System.Net.Sockets;
using System.Security.Authentication;
using Buildx.Cli.Commands;
using Buildx.Cli.Connections;
using Buildx.Client;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.Tools.Buildctl;

/// <summary>
/// <c>buildctl</c>, as far as drivers, health checks and people who look after a daemon call it: everything but <c>build</c>, for
/// which there is <c>buildx build</c>.
/// </summary>
internal static class BuildctlTool
{
    private const string Usage = """
        Usage: buildctl [FLAGS] COMMAND

        Commands:
          dial-stdio                     join standard input and output with the daemon
          du [--filter F] [--verbose]    what takes how much room
          prune [--filter F] [--all] [--keep-duration D] [--keep-storage MB] [--keep-storage-min MB] [--free-storage MB] [--verbose]
          prune-histories                remove all build records
          debug workers [--verbose]      workers and platforms
          debug info                     the daemon's version
          debug histories                build records
          debug ctl --pin|--unpin|--delete REF
          debug get DIGEST               a blob, to standard output

        Flags:
          --addr ADDRESS                 unix://PATH or tcp://HOST:PORT (default $BUILDKIT_HOST, else unix:///run/buildkit/buildkitd.sock)
          --tlscacert FILE --tlscert FILE --tlskey FILE --tlsservername NAME, or --tlsdir DIRECTORY
          --timeout SECONDS, --wait, --debug, --version

        """;

    public static async Task<int> RunAsync(string[] args)
    {
        string address = "";
        try
        {
            if (args is ["-h"] or ["--help"] or ["help"])
            {
                await Console.Out.WriteAsync(Usage);
                return 0;
            }
            if (args is ["-v"])
                return VersionCommand.Print(Console.Out);
            var arguments = BuildctlArguments.Parse(args, BuildctlOptions.Switches, BuildctlOptions.Values);
            if (arguments.Has("version"))
                return VersionCommand.Print(Console.Out);
            var options = BuildctlOptions.From(arguments);
            address = options.Address + ": ";
            return await RunAsync(options, arguments.Rest);
        }
        catch (Exception e) when (e is RpcException or CliException or SocketException or IOException or BuildkitUnavailableException or AuthenticationException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"buildctl: {address}{Describe(address, e)}");
            return 1;
        }
    }

    private static async Task JoinAsync(BuildctlOptions options)
    {
        using var timeout = new CancellationTokenSource(options.Timeout);
        await using var connection = await options.Connector().ConnectAsync(timeout.Token);
        await StandardStreams.JoinAsync(connection, CancellationToken.None);
    }

    private static async Task<int> RunAsync(BuildctlOptions options, string[] command)
    {
        switch (command)
        {
            case ["dial-stdio", ..]:
                await JoinAsync(options);
                return 0;
            case ["du", .. var rest]:
                return await CallAsync(options, control => BuildctlUsage.ShowAsync(control, rest));
            case ["prune", .. var rest]:
                return await CallAsync(options, control => BuildctlUsage.PruneAsync(control, rest));
            case ["prune-histories", ..]:
                return await CallAsync(options, BuildctlHistory.PruneAsync);
            case ["debug", "workers", .. var rest]:
                return await CallAsync(options, control => BuildctlDebug.ShowWorkersAsync(control, rest));
            case ["debug", "info", ..]:
                return await CallAsync(options, BuildctlDebug.ShowInfoAsync);
            case ["debug", "histories", ..]:
                return await CallAsync(options, BuildctlHistory.ShowAsync);
            case ["debug", "ctl", .. var rest]:
                return await CallAsync(options, control => BuildctlHistory.ChangeAsync(control, rest));
            case ["debug", "get", var digest]:
                return await CallAsync(options, (_, invoker) => BuildctlDebug.GetAsync(invoker, digest));
            case []:
                throw new CliException("which command? buildctl --help lists them");
            default:
                throw new CliException($"\"{string.Join(' ', command)}\" is not supported; buildctl --help lists what is (to build: buildx build)");
        }
    }

    private static Task<int> CallAsync(BuildctlOptions options, Func<Control.ControlClient, Task> call) => CallAsync(options, (control, _) => call(control));

    private static async Task<int> CallAsync(BuildctlOptions options, Func<Control.ControlClient, CallInvoker, Task> call)
    {
        await using var client = BuildkitClient.Create(options.Connector());
        var control = new Control.ControlClient(client.Invoker);
        var deadline = DateTime.UtcNow + options.Timeout;
        while (true)
        {
            try
            {
                await control.ListWorkersAsync(new ListWorkersRequest(), deadline: options.Waits ? null : deadline);
                break;
            }
            catch (RpcException e) when (options.Waits && e.StatusCode == StatusCode.Unavailable && DateTime.UtcNow < deadline)
            {
                await Task.Delay(100);
            }
        }
        await call(control, client.Invoker);
        return 0;
    }

    private static string Describe(string address, Exception exception)
    {
        const string unix = "unix://";
        var path = address.TrimEnd(' ', ':');
        if (path.StartsWith(unix, StringComparison.Ordinal) && !File.Exists(path[unix.Length..]) && exception is not CliException)
            return "there is no such socket; is the daemon running? --addr or BUILDKIT_HOST names another";
        return exception switch
        {
            RpcException { Status.DebugException: not null } failed => $"no daemon answers there ({Innermost(failed.Status.DebugException).Message}); --addr or BUILDKIT_HOST names another",
            RpcException { StatusCode: StatusCode.DeadlineExceeded } => "the daemon did not answer in time; --timeout gives it more",
            RpcException failed => failed.Status.Detail,
            _ => exception.Message,
        };
    }

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
