using System.CommandLine;

namespace Buildx.Cli.CommandLine;

/// <summary>The help texts.</summary>
internal static class HelpWriter
{
    public static void WriteOverview(TextWriter output, string commandName)
    {
        output.WriteLine($"Usage:  {commandName} [OPTIONS] COMMAND");
        output.WriteLine();
        output.WriteLine("Build container images for many platforms, without a daemon to set up.");
        output.WriteLine();
        output.WriteLine("Commands:");
        foreach (var (name, summary) in CommandCatalog.FirstWords)
            output.WriteLine($"  {name,-12}{summary}");
        output.WriteLine();
        output.WriteLine("Options:");
        output.WriteLine("      --builder NAME   Use this builder instead of the current one");
        output.WriteLine("  -D, --debug          Show more about what happens and about errors");
        output.WriteLine("  -h, --help           Show help");
        output.WriteLine();
        output.WriteLine("Examples:");
        WriteExamples(output, commandName,
        [
            ("build -t registry.example.com/app:1.0 --platform linux/amd64,linux/arm64 --push .", "build for two platforms and push"),
            ("create --name fast --use", "make a builder and use it from now on"),
        ]);
        output.WriteLine();
        output.WriteLine($"'{commandName} COMMAND --help' tells more about a command.");
    }

    /// <param name="group">The first word of several commands.</param>
    public static void WriteGroup(TextWriter output, string group, string commandName)
    {
        output.WriteLine($"Usage:  {commandName} {group} COMMAND");
        output.WriteLine();
        output.WriteLine(CommandCatalog.Groups[group]);
        output.WriteLine();
        output.WriteLine("Commands:");
        var width = Math.Max(12, CommandCatalog.InGroup(group).Max(entry => entry.Name.Length - group.Length) + 1);
        foreach (var entry in CommandCatalog.InGroup(group))
            output.WriteLine($"  {entry.Name[(group.Length + 1)..].PadRight(width)}{entry.Summary}");
        output.WriteLine();
        output.WriteLine($"'{commandName} {group} COMMAND --help' tells more about a command.");
    }

    public static void Write(TextWriter output, CliCommand command, string commandName)
    {
        output.WriteLine($"Usage:  {commandName} {command.FullName} [OPTIONS] {command.ArgumentsUsage}".TrimEnd());
        output.WriteLine();
        output.WriteLine(command.Description);
        output.WriteLine();
        output.WriteLine("Options:");
        var rows = command.ShownOptions
            .Select(option => (Label: LabelOf(option), Description: option.Description ?? ""))
            .Append((Label: "-h, --help", Description: "Show this help"))
            .ToList();
        var width = rows.Max(row => row.Label.Length) + 3;
        foreach (var (label, description) in rows)
            output.WriteLine($"  {label.PadRight(width)}{description}");
        if (command.Examples.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine("Examples:");
        WriteExamples(output, commandName, command.Examples);
    }

    private static void WriteExamples(TextWriter output, string commandName, IReadOnlyList<(string Arguments, string Effect)> examples)
    {
        foreach (var (arguments, effect) in examples)
        {
            output.WriteLine($"  # {effect}");
            output.WriteLine($"  {commandName} {arguments}");
        }
    }

    private static string LabelOf(Option option) =>
        (Flag.ShortNameOf(option) is { } shortName ? shortName + ", " : "    ") + option.Name + (Flag.ValueOf(option) is { } value ? " " + value : "");
}
