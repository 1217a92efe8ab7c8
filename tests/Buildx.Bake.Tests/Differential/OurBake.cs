using Buildx.Bake.Entries;
using Buildx.Bake.Printing;

namespace Buildx.Bake.Tests.Differential;

/// <summary>Runs a case with this project's library, as the command does.</summary>
internal static class OurBake
{
    /// <exception cref="BakeException">The definition, or what is asked of it, is wrong.</exception>
    public static async Task<string> RunAsync(BakeCase @case, string directory)
    {
        var (files, targets, overrides) = (new List<string>(), new List<string>(), new List<string>());
        string? list = null;
        for (var i = 0; i < @case.Arguments.Count; i++)
        {
            var argument = @case.Arguments[i];
            if (argument == "-f")
                files.Add(@case.Arguments[++i]);
            else if (argument == "--set")
                overrides.Add(@case.Arguments[++i]);
            else if (argument.StartsWith("--list=", StringComparison.Ordinal))
                list = argument["--list=".Length..];
            else if (argument.StartsWith("--", StringComparison.Ordinal))
                overrides.Add(Shorthand(argument));
            else
                targets.Add(argument);
        }
        var environment = new Dictionary<string, string>(@case.Environment) { ["PATH"] = "/usr/bin" };
        var isWithout = environment.GetValueOrDefault("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP") is "1" or "true";
        var options = new BakeOptions
        {
            Environment = isWithout ? null : environment,
            BuiltInVariables = new Dictionary<string, string> { ["BAKE_CMD_CONTEXT"] = "cwd://", ["BAKE_LOCAL_PLATFORM"] = "linux/amd64" },
            WorkingDirectory = directory,
            Overrides = [.. overrides.OrderBy(text => text.StartsWith("*.attest=type=provenance", StringComparison.Ordinal))],
        };
        var definition = BakeFile.Read(await DefinitionFiles.ReadAsync(files, directory, Stream.Null, TestContext.Current.CancellationToken), options);
        return list switch
        {
            null => PlanPrinter.Print(BakeFile.Plan(definition, targets.Count > 0 ? targets : ["default"], options)),
            "type=targets,format=json" => ListPrinter.PrintTargets(definition, asJson: true),
            _ => ListPrinter.PrintVariables(definition, asJson: true),
        };
    }

    private static string Shorthand(string argument)
    {
        var parts = argument[2..].Split('=', 2);
        return parts[0] switch
        {
            "push" or "load" or "no-cache" or "pull" => $"*.{parts[0]}={(parts.Length > 1 ? parts[1] : "true")}",
            "provenance" or "sbom" => $"*.attest={AttestationEntry.Canonicalize(parts[0], parts[1])}",
            _ => throw new ArgumentException($"the test knows no {argument}"),
        };
    }
}
