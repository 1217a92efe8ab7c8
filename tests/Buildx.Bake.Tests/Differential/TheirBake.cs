using System.Text.RegularExpressions;

namespace Buildx.Bake.Tests.Differential;

/// <summary>Runs a case with Docker's Buildx. It needs no daemon to print.</summary>
internal static partial class TheirBake
{
    public static async Task<(string? Json, string Error, int? Line)> RunAsync(BakeCase @case, string directory, string configuration)
    {
        var peers = await Peers.GetDirectoryAsync();
        var environment = System.Environment.GetEnvironmentVariables().Keys.Cast<string>().ToDictionary(name => name, _ => (string?)null);
        environment["PATH"] = "/usr/bin";
        environment["DOCKER_CONFIG"] = configuration;
        environment["BUILDX_CONFIG"] = configuration;
        environment["DOCKER_HOST"] = "unix:///nonexistent.sock";
        foreach (var (name, value) in @case.Environment)
            environment[name] = value;
        var arguments = @case.Arguments.Any(argument => argument.StartsWith("--list=", StringComparison.Ordinal)) ? @case.Arguments : [.. @case.Arguments, "--print"];
        var result = await new Tool(Path.Combine(peers, "cli-plugins", "docker-buildx")) { WorkingDirectory = directory, Environment = environment }
            .ExecuteAsync(["bake", .. arguments]);
        if (result.ExitCode == 0)
            return (result.Output, result.Error, null);
        var place = PlacePattern().Match(result.Error);
        return (null, result.Error, place.Success ? int.Parse(place.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : null);
    }

    [GeneratedRegex(@"ERROR: [^\s:]+:(\d+),(\d+)-")]
    private static partial Regex PlacePattern();
}
