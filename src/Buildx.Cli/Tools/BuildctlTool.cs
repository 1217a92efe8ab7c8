using System.Net.Sockets;
using Buildx.Cli.Builders;
using Buildx.Cli.Commands;
using Buildx.Cli.Terminal;
using Buildx.Cli.Values;
using Buildx.Oci;
using Buildx.Protocol.ControlApi;
using Grpc.Core;

namespace Buildx.Cli.Tools;

/// <summary><c>buildctl</c>, as far as drivers and health checks call it: <c>dial-stdio</c>, <c>debug workers</c>, <c>du</c>, <c>prune</c>.</summary>
internal static class BuildctlTool
{
    private const string DefaultAddress = "unix:///run/buildkit/buildkitd.sock";

    public static async Task<int> RunAsync(string[] args)
    {
        var address = Environment.GetEnvironmentVariable("BUILDKIT_HOST") is { Length: > 0 } host ? host : DefaultAddress;
        var rest = new List<string>(args);
        while (rest is [['-', '-', ..] flag, ..])
        {
            var (name, value) = flag.Split('=', 2) is [var key, var text] ? (key, text) : (flag, rest.Count > 1 ? rest[1] : "");
            if (name is "--version")
                return VersionCommand.Print(Console.Out);
            if (name is not "--addr")
                return await FailAsync($"the flag {name} is not supported yet (--addr is)");
            address = value;
            rest.RemoveRange(0, flag.Contains('=') ? 1 : Math.Min(2, rest.Count));
        }
        try
        {
            switch (rest)
            {
                case ["dial-stdio"]:
                    await DialAsync(address);
                    return 0;
                case ["debug", "workers"]:
                    await ShowWorkersAsync(address);
                    return 0;
                case ["du"]:
                    await ShowUsageAsync(address);
                    return 0;
                case ["prune"] or ["prune", "--all"]:
                    await PruneAsync(address, all: rest.Count > 1);
                    return 0;
                case []:
                    return await FailAsync("which command? There are dial-stdio, debug workers, du and prune; --addr ADDRESS names the daemon");
                default:
                    return await FailAsync($"\"{string.Join(' ', rest)}\" is not supported yet (dial-stdio, debug workers, du and prune are)");
            }
        }
        catch (Exception e) when (e is RpcException or CliException or SocketException or IOException)
        {
            return await FailAsync($"{address}: {Describe(address, e)}");
        }
    }

    private static string Describe(string address, Exception exception)
    {
        const string unix = "unix://";
        if (address.StartsWith(unix, StringComparison.Ordinal) && !File.Exists(address[unix.Length..]))
            return "there is no such socket; is the daemon running? --addr or BUILDKIT_HOST names another";
        return exception switch
        {
            RpcException { Status.DebugException: not null } => "no daemon answers there; --addr or BUILDKIT_HOST names another",
            RpcException failed => failed.Status.Detail,
            _ => exception.Message,
        };
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync("buildctl: " + message);
        return 1;
    }

    /// <summary>Joins standard input and output with the engine's socket, until both ends are done.</summary>
    private static async Task DialAsync(string address)
    {
        if (!address.StartsWith("unix://", StringComparison.Ordinal))
            throw new CliException("only unix:// addresses are supported yet");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(address["unix://".Length..]));
        await using var stream = new NetworkStream(socket);
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();
        var sending = SendAsync();
        await stream.CopyToAsync(output);
        await Task.WhenAny(sending, Task.Delay(100));

        async Task SendAsync()
        {
            await input.CopyToAsync(stream);
            socket.Shutdown(SocketShutdown.Send);
        }
    }

    private static async Task ShowWorkersAsync(string address)
    {
        using var connection = new EngineConnection(address);
        var table = new Table();
        table.Add("ID", "PLATFORMS");
        foreach (var worker in (await connection.Control.ListWorkersAsync(new ListWorkersRequest())).Record)
        {
            table.Add(worker.ID, string.Join(',', worker.Platforms.Select(
                platform => new Platform(platform.OS, platform.Architecture, platform.Variant.Length > 0 ? platform.Variant : null))));
        }
        table.Write(Console.Out);
    }

    private static async Task ShowUsageAsync(string address)
    {
        using var connection = new EngineConnection(address);
        var records = (await connection.Control.DiskUsageAsync(new DiskUsageRequest())).Record;
        UsageText.WriteTable(Console.Out, records);
        UsageText.WriteSummary(Console.Out, records);
    }

    private static async Task PruneAsync(string address, bool all)
    {
        using var connection = new EngineConnection(address);
        using var call = connection.Control.Prune(new PruneRequest { All = all });
        var removed = new List<UsageRecord>();
        await foreach (var record in call.ResponseStream.ReadAllAsync())
            removed.Add(record);
        UsageText.WriteTable(Console.Out, removed);
        Console.Out.WriteLine($"Total:\t{ByteSize.Format(removed.Sum(record => record.Size))}");
    }
}
