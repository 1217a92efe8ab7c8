using Buildx.Cli.Baking;
using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

internal sealed class BakeCommand : CliCommand
{
    private readonly BakeFlags _flags = new();

    public BakeCommand()
        : base("bake", "Build the targets of a definition file")
    {
        foreach (var option in _flags.All)
            Options.Add(option);
        AddUnsupported("--policy", "Policies on sources (not supported yet)", "POLICY");
    }

    public override string ArgumentsUsage => "[URL] [TARGET...]";

    public override int MaximumArguments => int.MaxValue;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("bake", "build the group or target \"default\" of docker-bake.hcl, docker-bake.json or compose.yaml"),
        ("bake web db --push", "build two targets and push their images"),
        ("bake --print --set '*.platform=linux/arm64'", "show what would be built, for another platform"),
        ("bake --list=targets", "list the targets"),
        ("bake --max-parallelism 2 --keep-going all", "build two targets at a time, and as many as can be built"),
    ];

    public BakeRequest ReadRequest(CommandInvocation invocation) => _flags.Read(invocation);

    public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken) =>
        BakeRunner.RunAsync(context, () => ReadRequest(invocation), cancellationToken);
}
