using System.Text;

namespace Buildx.Fuzz;

/// <summary>What holds for every syntax tree, whatever the text.</summary>
public static class SyntaxChecks
{
    /// <exception cref="BrokenPromiseException"/>
    public static void PlacesLieWithin(string text, DockerfileSyntax syntax)
    {
        var lines = Lines(text);
        void Check(string what, TextRange range) => CheckPlace(lines, what, range);

        void CheckInstruction(InstructionSyntax instruction)
        {
            Check("the instruction", instruction.Range);
            CheckWord(lines, "the keyword", instruction.Keyword);
            foreach (var comment in instruction.Comments)
                Check("a comment", comment.Range);
            foreach (var flag in instruction.Flags)
            {
                Check("a flag", flag.Range);
                if (flag.ValueRange is { } value)
                    Check("a flag's value", value);
            }
            foreach (var argument in instruction.Arguments)
            {
                if (instruction.IsJson)
                    Check("an element", argument.Range);
                else
                    CheckWord(lines, "an argument", argument);
            }
            foreach (var pair in instruction.Pairs)
            {
                Check("a pair", pair.Range);
                CheckWord(lines, "a name", pair.Name);
                CheckWord(lines, "a value", pair.Value);
            }
            foreach (var document in instruction.HereDocuments)
            {
                Check("a here-document", document.Range);
                Check("a here-document's marker", document.MarkerRange);
            }
            if (instruction.Inner is not null)
                CheckInstruction(instruction.Inner);
        }

        foreach (var directive in syntax.Directives)
            Check("a directive", directive.Range);
        foreach (var comment in syntax.Comments)
            Check("a comment", comment.Range);
        foreach (var range in syntax.EmptyContinuations)
            Check("an empty continuation", range);
        foreach (var instruction in syntax.Instructions)
            CheckInstruction(instruction);
        foreach (var range in syntax.Diagnostics.SelectMany(diagnostic => diagnostic.Ranges))
            Check("an error", range);
    }

    /// <exception cref="BrokenPromiseException"/>
    public static void PlacesLieWithin(string text, DockerfileDocument document)
    {
        var lines = Lines(text);
        foreach (var diagnostic in document.Diagnostics)
        {
            foreach (var range in diagnostic.Ranges)
                CheckPlace(lines, diagnostic.Message, range);
        }
        foreach (var stage in document.Stages)
        {
            CheckPlace(lines, "a stage", stage.From.Range);
            foreach (var instruction in stage.Instructions)
                CheckPlace(lines, instruction.Keyword, instruction.Range);
        }
    }

    /// <exception cref="BrokenPromiseException"/>
    public static void ReadsAsTheSameTree(DockerfileSyntax syntax)
    {
        var written = DockerfileWriter.Write(syntax);
        var (expected, actual) = (Dump(syntax), Dump(DockerfileSyntax.Parse(written)));
        if (expected != actual)
            throw new BrokenPromiseException($"what was written reads as another tree\n--- written\n{written}\n--- expected\n{expected}\n--- actual\n{actual}");
    }

    /// <summary>All that a tree says, without places.</summary>
    public static string Dump(DockerfileSyntax syntax)
    {
        var text = new StringBuilder();
        foreach (var directive in syntax.Directives)
            text.Append("directive ").Append(directive.Name).Append('=').AppendLine(directive.Value);
        text.Append("escape ").Append(syntax.Escape).AppendLine();
        foreach (var instruction in syntax.Instructions)
            Dump(text, instruction);
        return text.ToString();
    }

    public static string Dump(InstructionSyntax instruction)
    {
        var text = new StringBuilder();
        Dump(text, instruction);
        return text.ToString();
    }

    private static void Dump(StringBuilder text, InstructionSyntax instruction)
    {
        foreach (var comment in instruction.Comments)
            text.Append("  comment ").AppendLine(comment.Text);
        text.Append("keyword ").AppendLine(instruction.Keyword.Text);
        foreach (var flag in instruction.Flags)
            text.Append("  flag ").Append(flag.Name).Append(flag.Value is null ? "" : "=" + flag.Value).AppendLine();
        foreach (var argument in instruction.Arguments)
            text.Append(instruction.IsJson ? "  element " : "  argument ").AppendLine(argument.Text);
        foreach (var pair in instruction.Pairs)
            text.Append(pair.Legacy ? "  legacy " : "  pair ").Append(pair.Name.Text).Append('=').AppendLine(pair.Value.Text);
        foreach (var document in instruction.HereDocuments)
            text.Append("  document ").Append(document.Name).Append(document.Expand).Append(document.StripTabs).Append(' ').AppendLine(document.Content);
        if (instruction.Inner is not null)
            Dump(text, instruction.Inner);
    }

    private static string[] Lines(string text) => (text.StartsWith('\uFEFF') ? text[1..] : text).Split('\n');

    /// <summary>The place holds just this text, unless it spans several lines.</summary>
    private static void CheckWord(string[] lines, string what, SyntaxWord word)
    {
        CheckPlace(lines, what, word.Range);
        var (start, end) = (word.Range.Start, word.Range.End);
        if (start.Line != end.Line)
            return;
        var written = lines[start.Line - 1][(start.Column - 1)..(end.Column - 1)];
        // An escape character at the end of the line is no part of the word.
        if (written != word.Text && written.TrimEnd('\\', '`') != word.Text.TrimEnd('\\', '`'))
            throw new BrokenPromiseException($"{what} is \"{word.Text}\", but its place {start}-{end} holds \"{written}\"");
    }

    private static void CheckPlace(string[] lines, string what, TextRange range)
    {
        if (range.End < range.Start || !Exists(lines, range.Start) || !Exists(lines, range.End))
            throw new BrokenPromiseException($"the place {range.Start}-{range.End} of \"{what}\" is not in the text");
    }

    private static bool Exists(string[] lines, TextPosition position) =>
        position.Line >= 1 && position.Line <= lines.Length && position.Column >= 1 && position.Column <= lines[position.Line - 1].Length + 1;
}
