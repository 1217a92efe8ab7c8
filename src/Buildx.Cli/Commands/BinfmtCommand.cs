using System.CommandLine;
using Buildx.Cli.CommandLine;
using Buildx.Engine.Execution.Binfmt;

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
        try
        {
            foreach (var names in invocation.Get(_uninstall))
                await ReportAsync(context, HostBinfmt.Uninstall(names));
            foreach (var names in invocation.Get(_install))
                await ReportAsync(context, HostBinfmt.Install(names));
        }
        catch (BinfmtException e)
        {
            throw new CliException(e.Message, innerException: e);
        }
        await context.Out.WriteLineAsync(HostBinfmt.Show().ToJson());
        return 0;
    }

    private static async Task ReportAsync(CliContext context, IEnumerable<string> lines)
    {
        foreach (var line in lines)
            await context.Error.WriteLineAsync(line);
    }
}
