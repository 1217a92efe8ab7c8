using Buildx.Differential.Tests.Images;
using Buildx.TestSupport;

namespace Buildx.Differential.Tests.Builders;

/// <summary>One of the two that are compared: a Buildx with the builder that it drives.</summary>
internal sealed record Builder(string Executable, IReadOnlyDictionary<string, string?> Environment)
{
    public Tool Tool => new(Executable) { Environment = Environment, Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Builds what is in the directory, in the same words for both builders.</summary>
    /// <param name="directory">The context and where relative paths of the arguments begin.</param>
    public async Task<Outcome> BuildAsync(Reading.Case @case, string directory)
    {
        using var output = new TemporaryDirectory();
        var archive = Path.Combine(output.Path, "image.tar");
        var tool = Tool with
        {
            WorkingDirectory = directory,
            Environment = Environment.Where(pair => !@case.Environment.ContainsKey(pair.Key)).Concat(@case.Environment).ToDictionary(),
        };
        // A step has no network of its own inside the Docker Engine that tests run.
        var result = await tool.ExecuteAsync([
            "build", "--progress=plain", "--network=host", "--allow=network.host", $"--output=type=oci,dest={archive}{@case.Output}",
            .. @case.Arguments, @case.Context]);
        return new Outcome(result.ExitCode, result.All, result.ExitCode == 0 ? BuiltImage.Read(archive) : []);
    }
}
