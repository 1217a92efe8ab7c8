using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Buildx.Dockerfile;

/// <summary>Writes an instruction from its parts: words with one blank between them.</summary>
internal static class InstructionRenderer
{
    public static string Render(InstructionSyntax instruction, char escape)
    {
        var text = new StringBuilder(instruction.Keyword.Text);
        foreach (var flag in instruction.Flags)
            AppendFlag(text.Append(' '), flag.Text, escape);
        var arguments = Arguments(instruction, escape);
        // Else the arguments would be read as flags.
        if (arguments.StartsWith("--", StringComparison.Ordinal))
            text.Append(" --");
        if (arguments.Length > 0)
            text.Append(' ').Append(arguments);
        return text.ToString();
    }

    private static string Arguments(InstructionSyntax instruction, char escape)
    {
        if (instruction.Inner is { } inner)
            return Render(inner, escape);
        if (instruction.Pairs.Count > 0)
            return string.Join(' ', instruction.Pairs.Select(pair => $"{pair.Name.Text}{(pair.Legacy ? " " : "=")}{pair.Value.Text}"));
        var words = instruction.Arguments.Select(word => word.Text);
        if (!instruction.IsJson)
            return string.Join(' ', words);
        // Of HEALTHCHECK's arguments the first is no part of the list.
        var before = instruction.Keyword.Text.Equals("HEALTHCHECK", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        var list = words.Skip(before).Select(word => $"\"{JsonEncodedText.Encode(word, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"");
        return string.Join(' ', words.Take(before).Append($"[{string.Join(", ", list)}]"));
    }

    private static void AppendFlag(StringBuilder text, string flag, char escape)
    {
        var equals = flag.IndexOf('=');
        var bare = true;
        foreach (var c in flag)
            bare &= c != escape && c is not ('"' or '\'') && !char.IsWhiteSpace(c);
        if (bare)
        {
            text.Append(flag);
            return;
        }
        var quoteAt = equals < 0 ? 2 : equals + 1;
        for (var i = 0; i < flag.Length; i++)
        {
            if (i == quoteAt)
                text.Append('"');
            var c = flag[i];
            if (c == escape || c is '"' or '\'' || (i < quoteAt && char.IsWhiteSpace(c)))
                text.Append(escape);
            text.Append(c);
        }
        if (flag.Length > quoteAt)
            text.Append('"');
    }
}
