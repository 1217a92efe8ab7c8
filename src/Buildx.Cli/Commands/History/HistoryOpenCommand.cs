using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Cli.Terminal;

namespace Buildx.Cli.Commands;

internal sealed class HistoryOpenCommand() : HistoryCommand("open", "Show a build in Docker Desktop")
{
    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var reference = RecordReference.Parse(invocation.FirstArgument);
        await using var records = await BuildRecords.OpenAsync(context, reference, cancellationToken);
        var build = await records.FindOneAsync(reference, onlyCompleted: false, cancellationToken);
        await OpenAsync(DesktopLink.Of(build.FullName), cancellationToken);
        return 0;
    }

    /// <exception cref="CliException">There is nothing here that opens it.</exception>
    internal static async Task OpenAsync(string link, CancellationToken cancellationToken)
    {
        if (Browser.Start(link) is var (opener, process))
        {
            using (process)
            {
                var error = await process.StandardError.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
                if (process.ExitCode != 0)
                    throw new CliException($"{opener} can't open {link} (is Docker Desktop installed?): {error.Trim()}");
                return;
            }
        }
        throw new CliException($"nothing here opens {link}: Docker Desktop shows it, where there is a desktop; \"buildx history inspect\" shows the build here");
    }
}
