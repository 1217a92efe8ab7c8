using System.CommandLine;
using System.Text;
using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Documentation;

/// <summary>The reference in Markdown, a page for each command.</summary>
internal static class ReferencePages
{
    /// <returns>File names and their texts.</returns>
    public static IReadOnlyList<(string Name, string Text)> Write() =>
        [("README.md", WriteOverview()), .. CommandCatalog.Shown.Select(entry => (FileOf(entry), WriteCommand(entry)))];

    private static string FileOf(CatalogEntry entry) => $"buildx_{entry.Name.Replace(' ', '_')}.md";

    private static string WriteOverview()
    {
        var page = new StringBuilder("# buildx\n\nBuild container images for many platforms, without a daemon to set up.\n\n");
        page.Append("Written by `scripts/reference` from the command tree; changes belong there.\n\n| command | what it does |\n| --- | --- |\n");
        foreach (var entry in CommandCatalog.Shown)
            page.Append($"| [`buildx {entry.Name}`]({FileOf(entry)}) | {Cell(entry.Summary)} |\n");
        return page.ToString();
    }

    private static string WriteCommand(CatalogEntry entry)
    {
        var command = entry.Create();
        var page = new StringBuilder($"# buildx {entry.Name}\n\n```\n{$"buildx {entry.Name} [OPTIONS] {command.ArgumentsUsage}".TrimEnd()}\n```\n\n{command.Description}.\n");
        if (entry.Alias is { } alias)
            page.Append($"\nAlso: `buildx {alias}`.\n");
        page.Append("\n| flag | what it does |\n| --- | --- |\n");
        foreach (var option in command.ShownOptions)
            page.Append($"| {Names(option)} | {Cell(option.Description ?? "")} |\n");
        if (command.Examples.Count > 0)
        {
            page.Append("\n```console\n");
            foreach (var (arguments, effect) in command.Examples)
                page.Append($"# {effect}\n$ buildx {arguments}\n");
            page.Append("```\n");
        }
        return page.ToString();
    }

    private static string Names(Option option)
    {
        var value = Flag.ValueOf(option) is { } text ? $" {Cell(text)}" : "";
        return string.Join(", ", new[] { Flag.ShortNameOf(option), option.Name + value }.OfType<string>().Select(name => $"`{name}`"));
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
