using System.Diagnostics;
using Buildx.TestSupport;

namespace Buildx.Dockerfile.Tests;

public sealed class ExampleTests
{
    [Fact]
    public async Task The_example_shows_places_errors_and_warnings()
    {
        var directory = Directory.CreateTempSubdirectory("dockerfile-lint-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "Dockerfile"), "FROM maven as Build\nENV A=b\nRUN mvn package\nFROM debian\nCOPY --from=build /x /\nENV C d\n", TestContext.Current.CancellationToken);
            var output = await RunAsync(directory.FullName, "Dockerfile", "linux/riscv64");
            Assert.Contains("Dockerfile:5:6:   --from=build", output);
            Assert.Contains("Dockerfile:2:5:   A = b", output);
            Assert.Contains(output, line => line.StartsWith("warning: Dockerfile:1:1: StageNameCasing: ", StringComparison.Ordinal));
            Assert.Contains(output, line => line.StartsWith("warning: Dockerfile:6:1: LegacyKeyValueFormat: ", StringComparison.Ordinal));
            Assert.Contains(output, line => line.StartsWith("warning: Dockerfile:1:1: EmulatedRun: ", StringComparison.Ordinal));

            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "Dockerfile"), "FROM maven\nCOPPY a b\nRUN --mount=a\n", TestContext.Current.CancellationToken);
            output = await RunAsync(directory.FullName, "Dockerfile");
            Assert.Contains("error: Dockerfile:2:1: unknown instruction \"COPPY\" (did you mean COPY?)", output);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<string[]> RunAsync(string directory, params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(RepositoryRoot.Path, "examples/dockerfile-lint/bin", configuration, "net10.0/dockerfile-lint.dll"), .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Split('\n');
    }
}
