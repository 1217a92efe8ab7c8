using System.Text;
using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Documentation;

/// <summary>The man pages, one for the program and one for each command.</summary>
internal static class ManPages
{
    /// <returns>File names and their texts.</returns>
    public static IReadOnlyList<(string Name, string Text)> Write() =>
        [("buildx.1", WriteOverview()), .. CommandCatalog.Shown.Select(entry => ($"{PageOf(entry)}.1", WriteCommand(entry)))];

    private static string PageOf(CatalogEntry entry) => $"buildx-{entry.Name.Replace(' ', '-')}";

    private static string WriteOverview()
    {
        var page = Begin("buildx", "build container images for many platforms", "buildx [OPTIONS] COMMAND");
        page.Append(".SH COMMANDS\n");
        foreach (var entry in CommandCatalog.Shown)
            page.Append($".TP\n.BR {Text(PageOf(entry))} (1)\n{Text(entry.Summary)}\n");
        return page.ToString();
    }

    private static string WriteCommand(CatalogEntry entry)
    {
        var command = entry.Create();
        var page = Begin(PageOf(entry), Text(entry.Summary), $"buildx {entry.Name} [OPTIONS] {command.ArgumentsUsage}".TrimEnd());
        page.Append($".SH DESCRIPTION\n{Text(command.Description ?? "")}.\n.SH OPTIONS\n");
        foreach (var option in command.ShownOptions)
        {
            var names = string.Join(", ", new[] { Flag.ShortNameOf(option), option.Name }.OfType<string>().Select(name => $"\\fB{Text(name)}\\fR"));
            page.Append($".TP\n{names}{(Flag.ValueOf(option) is { } value ? $" \\fI{Text(value)}\\fR" : "")}\n{Text(option.Description ?? "")}\n");
        }
        if (command.Examples.Count > 0)
            page.Append(".SH EXAMPLES\n");
        foreach (var (arguments, effect) in command.Examples)
            page.Append($".PP\n{Text(effect)}:\n.PP\n.RS\n.nf\n$ buildx {Text(arguments)}\n.fi\n.RE\n");
        page.Append(".SH SEE ALSO\n.BR buildx (1)\n");
        return page.ToString();
    }

    private static StringBuilder Begin(string name, string summary, string usage) =>
        new($".TH {name.ToUpperInvariant().Replace("-", "\\-", StringComparison.Ordinal)} 1\n.SH NAME\n{Text(name)} \\- {summary}\n.SH SYNOPSIS\n.B {Text(usage)}\n");

    /// <summary>Without meaning for the formatter: no escapes, no requests at the beginning of a line.</summary>
    private static string Text(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped is ['.' or '\'', ..] ? "\\&" + escaped : escaped;
    }
}
