using Buildx.Dockerfile;

namespace Buildx.Cli.Values;

/// <summary>One line of comma-separated values: <c>key=value,"key=value with, comma"</c>; a quote inside quotes is doubled.</summary>
internal static class CsvFields
{
    /// <exception cref="CliException">The quotes don't match; the message names the flag.</exception>
    public static IReadOnlyList<string> Split(string flag, string text)
    {
        try
        {
            return CommaSeparated.Split(text);
        }
        catch (FormatException e)
        {
            throw new CliException($"{flag}: {e.Message}");
        }
    }

    /// <summary>The fields as key and value; keys in lower case.</summary>
    public static IEnumerable<(string Key, string Value)> SplitPairs(string flag, string text)
    {
        foreach (var field in Split(flag, text))
        {
            var equals = field.IndexOf('=');
            if (equals <= 0)
                throw new CliException($"{flag}: \"{field}\" in \"{text}\" is not of the form key=value");
            yield return (field[..equals].Trim().ToLowerInvariant(), field[(equals + 1)..]);
        }
    }
}
