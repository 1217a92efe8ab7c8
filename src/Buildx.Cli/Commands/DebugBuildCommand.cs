using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Debugging;

namespace Buildx.Cli.Commands;

internal sealed class DebugBuildCommand : BuildCommand
{
    private readonly DebugFlags _debugFlags = new();

    public DebugBuildCommand()
        : base("Build, and look into the containers of a build that failed")
    {
        Options.Add(_debugFlags.Invoke);
        Options.Add(_debugFlags.On);
    }

    public override string FullName => "debug build";

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("debug build .", "open a shell in the step that fails, with its files as it has left them"),
        ("debug --on=always build .", "open a shell in the result as well when nothing fails"),
        ("debug --invoke bash build .", "the same with another shell"),
        ("debug --invoke 'args=[\"ls\"],user=nobody,cwd=/srv' build .", "run a program in the result"),
        ("debug build . < COMMANDS", "take the monitor's commands from a file"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var request = ReadRequest(invocation);
        if (request.ContextPath == "-" || request.DockerfilePath == "-")
            throw new CliException("a build that is debugged can't take its Dockerfile or its context from standard input: the monitor reads its commands there");
        return await BuildRunner.RunAsync(context, request, cancellationToken, new Debugger(context, _debugFlags.Read(invocation)));
    }
}
