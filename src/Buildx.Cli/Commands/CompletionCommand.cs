using Buildx.Cli.CommandLine;
using Buildx.Cli.Completion;

namespace Buildx.Cli.Commands;

internal sealed class CompletionCommand() : CliCommand("completion", "Print a shell's script that completes command lines: bash, zsh or fish")
{
    public override string ArgumentsUsage => "SHELL";

    public override int MinimumArguments => 1;

    public override int MaximumArguments => 1;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("completion bash >/etc/bash_completion.d/buildx", "complete in every bash"),
        ("completion zsh >\"${fpath[1]}/_buildx\"", "complete in every zsh"),
        ("completion fish >~/.config/fish/completions/buildx.fish", "complete in every fish"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        await context.Out.WriteAsync(CompletionScripts.For(invocation.FirstArgument!));
        return 0;
    }
}
