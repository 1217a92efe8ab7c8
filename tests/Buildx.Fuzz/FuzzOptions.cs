using System.Globalization;

namespace Buildx.Fuzz;

/// <param name="Target">Null for all of them, in turn.</param>
/// <param name="Findings">The directory for inputs that broke something.</param>
internal sealed record FuzzOptions(int Seconds, int Seed, string? Target, string Findings, string? WorkerState)
{
    public const string Usage =
        """
        Buildx.Fuzz [--seconds N] [--seed N] [--target NAME] [--findings DIRECTORY]
        Feeds the parsers with texts that it makes from known ones, guided by what code they reach.
        The environment variable CONFORMANCE_DATA names a directory with more Dockerfiles to begin with.
        """;

    /// <exception cref="FormatException"/>
    public static FuzzOptions Parse(string[] arguments)
    {
        var options = new FuzzOptions(60, 1, null, Path.Combine(Environment.CurrentDirectory, "out", "fuzz"), null);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length)
                throw new FormatException($"{arguments[i]} needs a value\n{Usage}");
            var value = arguments[i + 1];
            options = arguments[i] switch
            {
                "--seconds" => options with { Seconds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--seed" => options with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
                "--target" when FuzzTargets.All.Any(target => target.Name == value) => options with { Target = value },
                "--target" => throw new FormatException($"there is no target {value}; there are {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}"),
                "--findings" => options with { Findings = value },
                "--worker" => options with { WorkerState = value },
                var other => throw new FormatException($"unknown option {other}\n{Usage}"),
            };
        }
        return options;
    }
}
