using System.CommandLine;
using System.Net;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Cli.History.Tracing;
using Buildx.Cli.Terminal;

namespace Buildx.Cli.Commands;

/// <summary>
/// The trace of a build as its engine has recorded it: in a viewer that is served until it is interrupted, or as JSON where nobody
/// would see the viewer.
/// </summary>
internal sealed class HistoryTraceCommand : HistoryCommand
{
    private readonly Option<string?> _address =
        Flag.Text("--addr", $"Where to serve the viewer (default {TraceAddress.Default}: any free port, for this machine only)", "HOST:PORT");

    private readonly Option<string?> _compare = Flag.Text("--compare", "Show this build's trace beside it", "REF");

    public HistoryTraceCommand()
        : base("trace", "Show where the time of a build went, in a browser; as JSON when the output is no terminal")
    {
        Options.Add(_address);
        Options.Add(_compare);
    }

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("history trace", "the latest build"),
        ("history trace --compare ^1", "the latest build beside the one before"),
        ("history trace > trace.json", "the spans, as Jaeger has them"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var reference = RecordReference.Parse(invocation.FirstArgument);
        var compared = invocation.Get(_compare) is { Length: > 0 } other ? RecordReference.Parse(other) : null;
        var endpoint = await TraceAddress.ResolveAsync(invocation.Get(_address) ?? TraceAddress.Default, cancellationToken);
        var traces = await LoadAsync(context, reference, compared, cancellationToken);
        if (Console.IsOutputRedirected && compared is null && invocation.Get(_address) is null)
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(JaegerJson.Write(traces[0].Spans), cancellationToken);
            output.WriteByte((byte)'\n');
            return 0;
        }
        await ServeAsync(context, endpoint, traces, cancellationToken);
        return 0;
    }

    /// <summary>The build that is compared with comes first.</summary>
    private static async Task<IReadOnlyList<RecordedTrace>> LoadAsync(
        CliContext context, RecordReference reference, RecordReference? compared, CancellationToken cancellationToken)
    {
        await using var records = await BuildRecords.OpenAsync(context, reference, cancellationToken);
        var trace = await RecordedTrace.LoadAsync(context, records, reference, cancellationToken);
        if (compared is null)
            return [trace];
        await using var others = await BuildRecords.OpenAsync(context, compared, cancellationToken);
        return [await RecordedTrace.LoadAsync(context, others, compared, cancellationToken), trace];
    }

    private static async Task ServeAsync(CliContext context, IPEndPoint endpoint, IReadOnlyList<RecordedTrace> traces, CancellationToken cancellationToken)
    {
        var isLocal = IPAddress.IsLoopback(endpoint.Address);
        await using var server = await TraceServer.StartAsync(endpoint, new TraceSite(traces, isLocal), cancellationToken);
        if (!isLocal)
            context.Warn($"whoever reaches {server.Address.Authority} can read the trace, which has the build's commands in it");
        await context.Error.WriteLineAsync($"Trace available at {server.Address}");
        if (!Console.IsOutputRedirected)
            Open(server.Address);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // The address was printed: where nothing opens it, people do.
    private static void Open(Uri address)
    {
        if (Browser.HasDesktop && Browser.Start(address.ToString()) is var (_, process))
            _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }
}
