using System.CommandLine;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;

namespace Buildx.Cli.Commands;

internal sealed class HistoryImportCommand : CliCommand
{
    private readonly Option<string[]> _files = Flag.List("--file", "A bundle; - is standard input, as without this flag", "FILE", "-f");

    public HistoryImportCommand()
        : base("import", "Give exported records to Docker Desktop, which shows them") => Options.Add(_files);

    public override string FullName => "history import";

    /// <summary>The reader takes a single dash for an argument, as people write it here.</summary>
    public override int MaximumArguments => 1;

    public override string ArgumentsUsage => "[-]";

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        if (invocation.FirstArgument is not (null or "-"))
            throw new CliException($"history import: \"{invocation.FirstArgument}\": name bundles with --file");
        var files = invocation.Get(_files) is { Count: > 0 } given ? given : ["-"];
        using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var links = new List<string>();
        foreach (var file in files)
            links.AddRange((await UploadAsync(client, file, cancellationToken)).Select(reference => DesktopLink.Of($".imported/_/{reference}")));
        if (links.Count == 0)
            throw new CliException("history import: the bundle holds no records of builds");
        foreach (var link in links)
            await context.Error.WriteLineAsync(link);
        await HistoryOpenCommand.OpenAsync(links[0], cancellationToken);
        return 0;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(DesktopLink.SocketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<string[]> UploadAsync(HttpClient client, string file, CancellationToken cancellationToken)
    {
        await using var bundle = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        using var content = new StreamContent(bundle);
        try
        {
            using var response = await client.PostAsync(new Uri("http://docker-desktop/upload"), content, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new CliException($"Docker Desktop does not take {file}: {(await response.Content.ReadAsStringAsync(cancellationToken)).Trim()}");
            return await response.Content.ReadFromJsonAsync(HistoryJson.Default.StringArray, cancellationToken) ?? [];
        }
        catch (HttpRequestException e)
        {
            throw new CliException(
                $"Docker Desktop does not answer at {DesktopLink.SocketPath}: records are imported into it, and only it shows them. A bundle is a gzipped tar archive in OCI layout", innerException: e);
        }
        catch (JsonException e)
        {
            throw new CliException($"Docker Desktop's answer is no list of builds: {e.Message}", innerException: e);
        }
    }
}
