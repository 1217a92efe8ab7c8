using Buildx.Cli.CommandLine;
using Buildx.Cli.Commands;
using Buildx.Cli.Plugin;
using Buildx.Cli.Tools;
using Buildx.Cli.Tools.Buildctl;
using Buildx.Engine.Execution.Bootstrap;

namespace Buildx.Cli;

/// <summary>The multi-call executable: chooses what to be by <c>argv[0]</c> or by the first argument.</summary>
internal static class Executable
{
    public static Task<int> RunAsync(string[] args) => RunAsync(Path.GetFileName(Environment.GetCommandLineArgs()[0]), args);

    internal static Task<int> RunAsync(string calledAs, string[] args)
    {
        // The engine starts this executable again as a helper of its own.
        if (args is ["engine-namespace"] && EngineHelper.TryRun(args) is { } helperExitCode)
            return Task.FromResult(helperExitCode);
        var name = calledAs.EndsWith(".dll", StringComparison.Ordinal) ? calledAs[..^4] : calledAs;
        switch (name)
        {
            case "buildkitd":
                return EngineTool.RunAsync(args);
            case "buildctl":
                return BuildctlTool.RunAsync(args);
            case "binfmt":
                return new CommandRunner(new CliContext { CommandName = "binfmt" }).RunAsync(BinfmtTool.ToCommandLine(args));
            case "docker-buildx" when DockerPlugin.TryAnswer(args, out var exitCode):
                return Task.FromResult(exitCode);
            case "docker-buildx":
                return DockerPlugin.RunAsync(args);
        }
        return args.Length == 0 ? new CommandRunner(new CliContext()).RunAsync(args) : args[0] switch
        {
            "version" when args.Length == 1 => Task.FromResult(VersionCommand.Print(Console.Out)),
            "engine" or "buildkitd" => EngineTool.RunAsync(args[1..]),
            "buildctl" => BuildctlTool.RunAsync(args[1..]),
            "docker-cli-plugin-metadata" when DockerPlugin.TryAnswer(args, out var exitCode) => Task.FromResult(exitCode),
            _ => new CommandRunner(new CliContext()).RunAsync(args),
        };
    }
}
