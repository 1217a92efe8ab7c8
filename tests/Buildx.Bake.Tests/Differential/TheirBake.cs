namespace Buildx.Bake.Tests.Differential;

/// <summary>Runs a case with Docker's Buildx. It needs no daemon to print.</summary>
internal static class TheirBake
{
    public static async Task<(string? Json, string Error, ErrorPlace? Place)> RunAsync(BakeCase @case, string directory, string configuration)
    {
        var environment = System.Environment.GetEnvironmentVariables().Keys.Cast<string>().ToDictionary(name => name, _ => (string?)null);
        environment["PATH"] = "/usr/bin";
        environment["DOCKER_CONFIG"] = configuration;
        environment["BUILDX_CONFIG"] = configuration;
        environment["DOCKER_HOST"] = "unix:///nonexistent.sock";
        foreach (var (name, value) in @case.Environment)
            environment[name] = value;
        var arguments = @case.Arguments.Any(argument => argument.StartsWith("--list=", StringComparison.Ordinal)) ? @case.Arguments : [.. @case.Arguments, "--print"];
        var result = await new Tool(await Peers.GetBuildxAsync()) { WorkingDirectory = directory, Environment = environment }
            .ExecuteAsync(["bake", .. arguments]);
        if (result.ExitCode == 0)
            return (result.Output, result.Error, null);
        return (null, result.Error, ErrorPlace.Find(result.Error));
    }
}
