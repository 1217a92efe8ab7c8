using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Commands;

internal class BuildCommand : CliCommand
{
    private readonly BuildFlags _flags = new();

    public BuildCommand()
        : this("Build an image from a Dockerfile")
    {
    }

    protected BuildCommand(string summary)
        : base("build", summary)
    {
        foreach (var option in _flags.All)
            Options.Add(option);
        AddUnsupported("--policy", "Policies on sources (not supported yet)", "POLICY");
        AddUnsupported("--squash", "Squash layers (not supported)");
        AddUnsupported("--isolation", "Windows isolation (not supported)", "TECHNOLOGY");
        AddUnsupported("--security-opt", "Security options (not supported)", "OPTION");
        AddUnsupported("--memory", "The old name of --resource memory (not supported; use that)", "SIZE", "-m");
        AddUnsupported("--memory-swap", "The old name of --resource memory-swap (not supported; use that)", "SIZE");
        AddUnsupported("--cpu-shares", "The old name of --resource cpu-shares (not supported; use that)", "N", "-c");
        AddUnsupported("--cpu-period", "The old name of --resource cpu-period (not supported; use that)", "N");
        AddUnsupported("--cpu-quota", "The old name of --resource cpu-quota (not supported; use that)", "N");
        AddUnsupported("--cpuset-cpus", "The old name of --resource cpuset-cpus (not supported; use that)", "CPUS");
        AddUnsupported("--cpuset-mems", "The old name of --resource cpuset-mems (not supported; use that)", "NODES");
    }

    public override string ArgumentsUsage => "PATH | URL | -";

    public override int MinimumArguments => 1;

    public override int MaximumArguments => 1;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("build -t registry.example.com/app:1.0 --push .", "build the Dockerfile in this directory and push the image"),
        ("build --platform linux/amd64,linux/arm64 -t registry.example.com/app --push .", "the same for two platforms"),
        ("build https://github.com/OWNER/PROJECT.git#v1.0:docker", "build the directory docker of a tag of a git repository"),
        ("build -o out --target binaries .", "write the files of a stage to the directory out"),
        ("build -o type=oci,dest=app.tar .", "write an image archive"),
        ("build --check .", "check the Dockerfile without building it"),
        ("build --call targets .", "list the stages that can be built"),
    ];

    public BuildRequest ReadRequest(CommandInvocation invocation) => _flags.Read(invocation);

    public override Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken) =>
        BuildRunner.RunAsync(context, ReadRequest(invocation), cancellationToken);
}
