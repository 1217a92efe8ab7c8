using System.Text;

namespace Buildx.Dockerfile;

/// <summary>
/// Writes a syntax tree as text that reads as the same tree. Lines, blanks and comments of what was parsed stay as they
/// were; what was changed, or made by a program, is written with one blank between its words. Empty lines in a row become
/// one, line ends <c>\n</c>.
/// </summary>
public sealed class DockerfileWriter
{
    private readonly StringBuilder _text = new();
    private readonly char _escape;
    private readonly SyntaxWord[] _detached;
    private int _nextDetached;
    private int _lastLine;
    private bool _afterDirectives = true;
    private bool _hasGap;

    private DockerfileWriter(DockerfileSyntax syntax)
    {
        _escape = syntax.Escape;
        var attached = syntax.Instructions.SelectMany(instruction => instruction.Comments).Select(comment => comment.Range).ToHashSet();
        _detached = syntax.Comments.Where(comment => !attached.Contains(comment.Range)).OrderBy(comment => comment.Range.Start).ToArray();
    }

    /// <exception cref="ArgumentException">A part that was put in has a line break, which no Dockerfile can express.</exception>
    public static string Write(DockerfileSyntax syntax)
    {
        var writer = new DockerfileWriter(syntax);
        writer.WriteDirectives(syntax);
        foreach (var instruction in syntax.Instructions)
            writer.WriteInstruction(instruction);
        writer.WriteDetached(int.MaxValue, separate: false);
        var text = writer._text.ToString();
        // One byte order mark at the start would be taken for that.
        return text.StartsWith('\uFEFF') ? "\uFEFF" + text : text;
    }

    /// <summary>One instruction without its comments, with its here-documents.</summary>
    /// <exception cref="ArgumentException">A part has a line break.</exception>
    public static string Write(InstructionSyntax instruction, char escape = '\\')
    {
        var writer = new DockerfileWriter(new DockerfileSyntax([], [], escape, []));
        writer.WriteCommand(instruction, []);
        return writer._text.ToString();
    }

    private void WriteDirectives(DockerfileSyntax syntax)
    {
        foreach (var directive in syntax.Directives)
        {
            _text.Append("# ").Append(directive.Name).Append('=').Append(directive.Value).Append('\n');
            _lastLine = Math.Max(_lastLine, directive.Range.End.Line);
        }
        if (_escape != '\\' && !syntax.Directives.Any(directive => directive.Name == "escape"))
            _text.Append("# escape=").Append(_escape).Append('\n');
    }

    private void WriteInstruction(InstructionSyntax instruction)
    {
        // Comments between the lines of an instruction stay there, unless these lines are no more.
        var keepsLines = KeepsLines(instruction);
        var inside = instruction.LineBreaks.Count > 0 ? instruction.LineBreaks[^1].Line : instruction.Range.Start.Line;
        var first = instruction.Comments.Count > 0 ? instruction.Comments[0].Range.Start.Line : instruction.Range.Start.Line;
        WriteDetached(first, separate: true);
        var between = new List<SyntaxWord>();
        while (_nextDetached < _detached.Length && _detached[_nextDetached].Range.Start.Line <= inside)
            between.Add(_detached[_nextDetached++]);
        var orphans = between.Where(comment => comment.Range.Start.Line < instruction.Range.Start.Line || !keepsLines).ToArray();
        foreach (var comment in orphans)
            WriteComment(comment);
        if (orphans.Length > 0)
            WriteSeparator();
        if (instruction.Comments.Count == 0 && first == 0 && _text.Length > 0 && instruction.Keyword.Text.Equals("FROM", StringComparison.OrdinalIgnoreCase))
            _text.Append('\n');
        foreach (var comment in instruction.Comments)
            WriteComment(comment);
        WriteGap(instruction.Range.Start.Line);
        WriteCommand(instruction, between.Except(orphans).ToArray());
        _lastLine = Math.Max(_lastLine, instruction.Range.End.Line);
        _afterDirectives = false;
    }

    private void WriteDetached(int before, bool separate)
    {
        var wrote = false;
        for (; _nextDetached < _detached.Length && _detached[_nextDetached].Range.Start.Line < before; _nextDetached++)
        {
            WriteComment(_detached[_nextDetached]);
            wrote = true;
        }
        if (wrote && separate)
            WriteSeparator();
    }

    /// <summary>Else the comments so far would belong to what follows.</summary>
    private void WriteSeparator()
    {
        _text.Append("#\n\n");
        _hasGap = true;
    }

    private void WriteComment(SyntaxWord comment)
    {
        // At the top a comment could pass for a directive.
        var looksLikeDirective = _afterDirectives && new DirectiveReader().Read("# " + comment.Text) is not null;
        WriteGap(looksLikeDirective ? int.MaxValue : comment.Range.Start.Line);
        if (looksLikeDirective)
            _text.Append("#\n");
        _afterDirectives = false;
        _text.Append("# ").Append(comment.Text).Append('\n');
        _lastLine = Math.Max(_lastLine, comment.Range.End.Line);
    }

    private void WriteGap(int line)
    {
        if (!_hasGap && _text.Length > 0 && _lastLine > 0 && line > _lastLine + 1)
            _text.Append('\n');
        _hasGap = false;
    }

    private void WriteCommand(InstructionSyntax instruction, SyntaxWord[] comments)
    {
        if (KeepsLines(instruction))
            WriteLines(instruction.Text, instruction.LineBreaks, comments);
        else
            WriteLines(Render(instruction), [], []);
        foreach (var document in instruction.HereDocuments)
        {
            _text.Append(document.Content);
            if (document.Content.Length > 0 && document.Content[^1] != '\n')
                _text.Append('\n');
            _text.Append(document.Name).Append('\n');
        }
    }

    private string Render(InstructionSyntax instruction)
    {
        var text = InstructionRenderer.Render(instruction, _escape);
        return text.AsSpan().IndexOfAny('\r', '\n') < 0
            ? text
            : throw new ArgumentException($"a part of this {instruction.Keyword.Text} has a line break, which a Dockerfile cannot express", nameof(instruction));
    }

    /// <summary>Whether the text that was parsed still says what the tree does.</summary>
    private bool KeepsLines(InstructionSyntax instruction)
    {
        if (instruction.Text.Length == 0 || instruction.Text.Contains('\n') || char.IsWhiteSpace(instruction.Text[0]))
            return false;
        var line = new LogicalLine(instruction.Text, new TextPosition(1, 1));
        return SyntaxEquality.SameWords(new InstructionParser(line, _escape, []).Parse(), instruction);
    }

    private void WriteLines(string text, IReadOnlyList<(int Offset, int Line)> breaks, SyntaxWord[] comments)
    {
        var start = 0;
        var next = 0;
        foreach (var (offset, line) in breaks)
        {
            WriteLine(text, start, offset);
            _text.Append(_escape).Append('\n');
            for (; next < comments.Length && comments[next].Range.Start.Line < line; next++)
                _text.Append("# ").Append(comments[next].Text).Append('\n');
            start = offset;
        }
        WriteLine(text, start, text.Length);
        // A form feed counts as a blank, but not between an escape character and the end of its line: so this is no continuation.
        var last = text.AsSpan(start).TrimEnd(" \t");
        if (last.EndsWith(_escape) && !last.EndsWith([_escape, _escape]))
            _text.Append('\f');
        _text.Append('\n');
    }

    /// <summary>A line that is too long goes on in further ones.</summary>
    private void WriteLine(string text, int start, int end)
    {
        // In UTF-8 a character takes three bytes at most.
        const int Limit = (DockerfileParser.MaximumLineBytes - 2) / 3;
        while (end - start > Limit)
        {
            var cut = start + Limit;
            while (cut > start + 1 && !CanCut(text, cut))
                cut--;
            _text.Append(text, start, cut - start).Append(_escape).Append('\n');
            start = cut;
        }
        _text.Append(text, start, end - start);
    }

    /// <summary>What follows a cut must not look like an empty line or a comment; what is before must not undo the continuation.</summary>
    private bool CanCut(string text, int at) =>
        !char.IsWhiteSpace(text[at]) && text[at] != '#' && text[at - 1] != _escape && !char.IsLowSurrogate(text[at]);
}
