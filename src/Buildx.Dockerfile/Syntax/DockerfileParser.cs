using System.Text;

namespace Buildx.Dockerfile;

/// <summary>Cuts a text into instructions: lines, continuations, comments, directives and here-documents.</summary>
internal sealed class DockerfileParser
{
    private readonly string _text;
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly List<Directive> _directives = [];
    private readonly List<InstructionSyntax> _instructions = [];
    private readonly List<int> _emptyContinuations = [];
    private readonly DirectiveReader _directiveReader = new();
    private List<string> _comments = [];
    private char _escape = '\\';
    private int _offset;
    private int _line;

    public DockerfileParser(string text) => _text = text.StartsWith('\uFEFF') ? text[1..] : text;

    public DockerfileSyntax Parse()
    {
        while (NextLine() is { } raw)
            ReadInstruction(raw);
        if (_instructions.Count == 0 && _diagnostics.Count == 0)
            _diagnostics.Add(Diagnostic.Error("the file has no instructions; the first one is usually FROM", TextRange.Lines(Math.Max(_line, 1), Math.Max(_line, 1))));
        return new DockerfileSyntax(_directives, _instructions, _escape, _diagnostics) { EmptyContinuations = _emptyContinuations };
    }

    private void ReadInstruction(string raw)
    {
        var isComment = IsComment(raw);
        if (isComment)
            ReadComment(raw);
        ReadDirective(raw);
        if (isComment)
            return;

        var first = _line;
        var content = raw.TrimEnd('\r', '\n');
        var indent = content.Length - content.TrimStart().Length;
        content = content[indent..];
        var complete = !TrimContinuation(ref content);
        if (complete && content.Length == 0)
            return;
        var line = new LogicalLine();
        line.Append(content, new TextPosition(_line, indent + 1));
        var hasEmptyLine = false;
        while (!complete && NextLine() is { } next)
        {
            if (IsComment(next))
                continue;
            content = next.TrimEnd('\r', '\n');
            if (string.IsNullOrWhiteSpace(content))
            {
                hasEmptyLine = true;
                continue;
            }
            complete = !TrimContinuation(ref content);
            line.Append(content, new TextPosition(_line, 1));
        }
        if (hasEmptyLine)
            _emptyContinuations.Add(_line);
        line.Complete();
        if (string.IsNullOrWhiteSpace(line.Text))
        {
            Report("there is no instruction before the continuation", TextRange.Lines(first, _line));
            return;
        }

        var comments = _comments;
        _comments = [];
        var instruction = new InstructionParser(line, _escape, _diagnostics).Parse() with { Comments = comments };
        if (TakesHereDocuments(instruction))
        {
            if (!ReadHereDocuments(line, instruction, first, out var documents))
                return;
            instruction = instruction with { HereDocuments = documents };
        }
        _instructions.Add(instruction with { Range = instruction.Range with { End = EndOfLine() } });
    }

    private void ReadComment(string raw)
    {
        var comment = raw.TrimStart()[1..].Trim();
        if (comment.Length == 0)
            _comments = [];
        else
            _comments.Add(comment);
    }

    private void ReadDirective(string raw)
    {
        try
        {
            if (_directiveReader.Read(raw.TrimStart()) is not { } directive)
                return;
            // A directive is no comment about the instruction that follows.
            if (_comments.Count > 0)
                _comments.RemoveAt(_comments.Count - 1);
            _directives.Add(directive);
            if (directive.Name != "escape")
                return;
            if (directive.Value is "\\" or "`")
                _escape = directive.Value[0];
            else
                Report($"the escape character must be \\ or `, not \"{directive.Value}\"", directive.Range);
        }
        catch (FormatException e)
        {
            Report(e.Message, TextRange.Lines(_line, _line));
        }
    }

    private bool ReadHereDocuments(LogicalLine line, InstructionSyntax instruction, int first, out IReadOnlyList<HereDocument> documents)
    {
        var found = new List<HereDocument>();
        documents = found;
        foreach (var marker in HereDocumentMarker.FindAll(line.Text))
        {
            var start = _line + 1;
            var content = new StringBuilder();
            var terminated = false;
            while (NextLine() is { } raw)
            {
                var candidate = raw.TrimEnd('\r', '\n');
                if (marker.StripTabs)
                    candidate = candidate.TrimStart('\t');
                if (candidate == marker.Name)
                {
                    terminated = true;
                    break;
                }
                content.Append(raw);
            }
            if (!terminated)
            {
                Report($"the here-document <<{marker.Name} of {instruction.Keyword.Text} has no end; close it with a line that is just {marker.Name}", TextRange.Lines(first, _line));
                return false;
            }
            found.Add(new HereDocument(marker.Name, marker.Expand, marker.StripTabs, content.ToString(), TextRange.Lines(start, _line)));
        }
        return true;
    }

    private static bool TakesHereDocuments(InstructionSyntax instruction)
    {
        if (instruction.Inner is { } inner && instruction.Keyword.Text.Equals("ONBUILD", StringComparison.OrdinalIgnoreCase))
            instruction = inner;
        return !instruction.IsJson && instruction.Keyword.Text.ToUpperInvariant() is "RUN" or "COPY" or "ADD";
    }

    /// <summary>Takes the escape character off the end of a line that goes on.</summary>
    private bool TrimContinuation(ref string content)
    {
        var trimmed = content.AsSpan().TrimEnd(" \t");
        if (trimmed.Length == 0 || trimmed[^1] != _escape || (trimmed.Length > 1 && trimmed[^2] == _escape))
            return false;
        content = trimmed[..^1].ToString();
        return true;
    }

    private static bool IsComment(string line) => line.AsSpan().TrimStart() is ['#', ..];

    private string? NextLine()
    {
        if (_offset >= _text.Length)
            return null;
        var end = _text.IndexOf('\n', _offset);
        end = end < 0 ? _text.Length : end + 1;
        var line = _text[_offset..end];
        _offset = end;
        _line++;
        return line;
    }

    private TextPosition EndOfLine()
    {
        // The line that was read last ends right before the offset.
        var end = _offset;
        while (end > 0 && _text[end - 1] is '\n' or '\r')
            end--;
        var start = end == 0 ? 0 : _text.LastIndexOf('\n', end - 1) + 1;
        return new TextPosition(_line, end - start + 1);
    }

    private void Report(string message, TextRange range) => _diagnostics.Add(Diagnostic.Error(message, range));
}
