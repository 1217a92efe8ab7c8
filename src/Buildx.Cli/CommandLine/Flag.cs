using System.CommandLine;

namespace Buildx.Cli.CommandLine;

/// <summary>The kinds of flags that commands have.</summary>
internal static class Flag
{
    public static Option<bool> Switch(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description };

    public static Option<string?> Text(string name, string description, string valueName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = valueName };

    /// <summary>A flag that may be given several times.</summary>
    public static Option<string[]> List(string name, string description, string valueName, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = valueName, DefaultValueFactory = _ => [] };

    public static Option<string?> Timeout() => Text("--timeout", "How long to wait for a builder's status (default 20s)", "DURATION");

    /// <summary>E.g. <c>-t</c>; null without one.</summary>
    public static string? ShortNameOf(Option option) => option.Aliases.FirstOrDefault(alias => alias.Length == 2);

    /// <summary>What is to stand behind it; null for a switch.</summary>
    public static string? ValueOf(Option option) => option is Option<bool> ? null : option.HelpName;

    public static T Hide<T>(T option)
        where T : Option
    {
        option.Hidden = true;
        return option;
    }
}
