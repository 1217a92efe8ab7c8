using System.Reflection;
using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

internal sealed class VersionCommand() : CliCommand("version", "Show the version")
{
    public static string Version => typeof(VersionCommand).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Print(context.Out));

    /// <summary>Package, version and revision: three words, as programs that read it expect.</summary>
    public static int Print(TextWriter output)
    {
        output.WriteLine($"buildx-dotnet v{Version} {Revision}");
        return 0;
    }

    private static string Revision =>
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var revision, ..]
            ? revision
            : "unknown";
}
