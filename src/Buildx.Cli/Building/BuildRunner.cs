namespace Buildx.Cli.Building;

internal static class BuildRunner
{
    public static Task<int> RunAsync(CliContext context, BuildRequest request, CancellationToken cancellationToken) =>
        throw new CliException("the command \"build\" is not supported yet");
}
