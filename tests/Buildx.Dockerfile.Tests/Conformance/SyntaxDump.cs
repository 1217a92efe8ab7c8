using System.Text;

namespace Buildx.Dockerfile.Tests.Conformance;

/// <summary>Writes instructions in the form of the data's <c>ast</c>.</summary>
internal static class SyntaxDump
{
    public static string Write(InstructionSyntax instruction)
    {
        var text = new StringBuilder(instruction.Keyword.Text.ToLowerInvariant());
        if (!InstructionReader.Keywords.Contains(instruction.Keyword.Text.ToUpperInvariant()))
            return text.Append(" \"\"").ToString();
        if (instruction.Flags.Count > 0)
            text.Append(' ').Append(GoText.QuoteList(instruction.Flags.Select(flag => flag.Text)));
        if (instruction.Inner is not null)
            text.Append(" (").Append(Write(instruction.Inner)).Append(')');
        foreach (var pair in instruction.Pairs)
            text.Append(' ').Append(GoText.Quote(pair.Name.Text)).Append(' ').Append(GoText.Quote(pair.Value.Text)).Append(' ').Append(GoText.Quote(pair.Legacy ? "" : "="));
        foreach (var argument in instruction.Arguments)
            text.Append(' ').Append(GoText.Quote(argument.Text));
        return text.ToString();
    }
}
