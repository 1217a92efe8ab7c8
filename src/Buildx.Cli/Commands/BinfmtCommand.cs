using System.CommandLine;
using System.Text.Json;
using Buildx.Cli.CommandLine;
using Buildx.Engine.Execution.Emulating;

namespace Buildx.Cli.Commands;

internal sealed class BinfmtCommand : CliCommand
{
    private readonly Option<string[]> _install = Flag.List("--install", "Install emulators on the host: all, or architectures", "all|ARCH,...");
    private readonly Option<string[]> _uninstall = Flag.List("--uninstall", "Remove emulators from the host: architectures or handlers", "ARCH,...");

    public BinfmtCommand()
        : base("binfmt", "Show which platforms run here; install and remove emulators on the host. Builds don't need it where the kernel lets the engine have emulators of its own")
    {
        Options.Add(_install);
        Options.Add(_uninstall);
    }

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("binfmt", "what runs here"),
        ("binfmt --install all", "let every program on this machine run foreign executables"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var emulation = new HostEmulation();
        var failures = 0;
        foreach (var name in Names(invocation.Get(_uninstall)))
            failures += await ReportAsync(context, "uninstalling", name, emulation.Uninstall(name));
        foreach (var name in Names(invocation.Get(_install)).SelectMany(name => name == "all" ? HostEmulation.Architectures : [name]))
            failures += await ReportAsync(context, "installing", name, emulation.Install(name));
        await WriteAsync(context.Out, emulation);
        return failures == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Names(IEnumerable<string> values) => values.SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries));

    private static async Task<int> ReportAsync(CliContext context, string what, string name, string? problem)
    {
        await context.Error.WriteLineAsync($"{what}: {name} {problem ?? "OK"}");
        return problem is null ? 0 : 1;
    }

    private static async Task WriteAsync(TextWriter output, HostEmulation emulation)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteArray(json, "supported", emulation.SupportedPlatforms().Select(platform => platform.ToString()));
            WriteArray(json, "emulators", emulation.Handlers());
            json.WriteEndObject();
        }
        await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
