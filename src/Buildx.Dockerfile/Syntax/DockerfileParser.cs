using System.Text;

namespace Buildx.Dockerfile;

/// <summary>Cuts a text into instructions: lines, continuations, comments, directives and here-documents.</summary>
internal sealed class DockerfileParser
{
    /// <summary>BuildKit reads no longer ones.</summary>
    public const int MaximumLineBytes = 65535;

    private readonly string _text;
    private readonly bool _hasForeignBytes;
    private readonly List<Diagnostic> _diagnostics = [];
    private readonly List<Directive> _directives = [];
    private readonly List<InstructionSyntax> _instructions = [];
    private readonly List<TextRange> _emptyContinuations = [];
    private readonly List<SyntaxWord> _allComments = [];
    private readonly DirectiveReader _directiveReader = new();
    private List<SyntaxWord> _comments = [];
    private char _escape = '\\';
    private int _lineStart;
    private int _offset;
    private int _line;
    private TextRange? _foreignByte;

    /// <param name="hasForeignBytes">The text may have what <see cref="ForeignBytes"/> makes.</param>
    public DockerfileParser(string text, bool hasForeignBytes = false)
    {
        _text = text.StartsWith('\uFEFF') ? text[1..] : text;
        _hasForeignBytes = hasForeignBytes;
    }

    public DockerfileSyntax Parse()
    {
        while (NextLine() is { } raw)
        {
            ReadInstruction(raw);
            _foreignByte = null;
        }
        if (_instructions.Count == 0 && _diagnostics.Count == 0)
        {
            var end = _line == 0 ? new TextPosition(1, 1) : EndOfLine();
            Report("the file has no instructions; the first one is usually FROM", new TextRange(end with { Column = 1 }, end));
        }
        return new DockerfileSyntax(_directives, _instructions, _escape, _diagnostics) { Comments = _allComments, EmptyContinuations = _emptyContinuations };
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
        var content = raw;
        var indent = content.Length - content.AsSpan().TrimStart().Length;
        content = content[indent..];
        var complete = !TrimContinuation(ref content);
        if (complete && content.Length == 0)
            return;
        var start = new TextPosition(_line, indent + 1);
        var line = new LogicalLine(content, start);
        var hasEmptyLine = false;
        for (var foreign = _foreignByte; !complete && NextLine() is { } next; foreign = _foreignByte)
        {
            if (IsComment(next))
            {
                NoteComment(next);
                _foreignByte = foreign;
                continue;
            }
            content = next;
            if (string.IsNullOrWhiteSpace(content))
            {
                hasEmptyLine = true;
                continue;
            }
            complete = !TrimContinuation(ref content);
            line.Append(content, new TextPosition(_line, 1));
        }
        if (hasEmptyLine)
            _emptyContinuations.Add(new TextRange(new TextPosition(_line, 1), EndOfLine()));
        line.Complete();
        if (string.IsNullOrWhiteSpace(line.Text))
        {
            Report("there is no instruction before the continuation", new TextRange(start, EndOfLine()));
            return;
        }

        var foreignByte = _foreignByte;
        IReadOnlyList<SyntaxWord> comments = [];
        if (_comments.Count > 0)
            (comments, _comments) = (_comments, []);
        var errors = _diagnostics.Count;
        var instruction = new InstructionParser(line, _escape, _diagnostics).Parse();
        IReadOnlyList<HereDocument> documents = [];
        if (TakesHereDocuments(instruction) && !ReadHereDocuments(line, instruction, start, out documents))
            return;
        // Most instructions are a line and nothing else.
        if (comments.Count > 0 || documents.Count > 0 || _diagnostics.Count > errors || _line != first || foreignByte is not null)
        {
            instruction = instruction with
            {
                Comments = comments,
                HereDocuments = documents,
                ForeignByte = foreignByte,
                HasErrors = _diagnostics.Count > errors,
                Range = instruction.Range with { End = _line == first ? instruction.Range.End : EndOfLine() },
            };
        }
        _instructions.Add(instruction);
    }

    private void ReadComment(string raw)
    {
        if (NoteComment(raw) is { } comment)
            _comments.Add(comment);
        else if (_comments.Count > 0)
            _comments = [];
    }

    /// <returns>Null for one that says nothing.</returns>
    private SyntaxWord? NoteComment(string raw)
    {
        var mark = raw.IndexOf('#', StringComparison.Ordinal);
        var text = raw[(mark + 1)..].Trim();
        if (text.Length == 0)
            return null;
        var comment = new SyntaxWord(text, new TextRange(new TextPosition(_line, mark + 1), new TextPosition(_line, raw.AsSpan().TrimEnd().Length + 1)));
        _allComments.Add(comment);
        return comment;
    }

    private void ReadDirective(string raw)
    {
        if (_directiveReader.IsDone)
            return;
        var trimmed = raw.TrimStart();
        var range = new TextRange(new TextPosition(_line, raw.Length - trimmed.Length + 1), EndOfLine());
        try
        {
            if (_directiveReader.Read(trimmed) is not { } directive)
                return;
            // A directive is no comment about the instruction that follows.
            if (_comments.Count > 0)
                _comments.RemoveAt(_comments.Count - 1);
            if (_allComments.Count > 0)
                _allComments.RemoveAt(_allComments.Count - 1);
            _directives.Add(directive with { Range = range });
            if (directive.Name != "escape")
                return;
            if (directive.Value is "\\" or "`")
                _escape = directive.Value[0];
            else
                Report($"the escape character must be \\ or `, not \"{directive.Value}\"", range);
        }
        catch (FormatException e)
        {
            Report(e.Message, range);
        }
    }

    private bool ReadHereDocuments(LogicalLine line, InstructionSyntax instruction, TextPosition first, out IReadOnlyList<HereDocument> documents)
    {
        documents = [];
        var markers = HereDocumentMarker.Find(line.Text);
        if (markers.Count == 0)
            return true;
        var found = new List<HereDocument>(markers.Count);
        documents = found;
        foreach (var (marker, at, length) in markers)
        {
            var start = new TextPosition(_line + 1, 1);
            var contentStart = _offset;
            var contentEnd = -1;
            while (NextLine() is { } raw)
            {
                if (!(marker.StripTabs ? raw.AsSpan().TrimStart('\t') : raw).SequenceEqual(marker.Name))
                    continue;
                contentEnd = _lineStart;
                break;
            }
            if (contentEnd < 0)
            {
                Report(
                    $"the here-document <<{marker.Name} of {instruction.Keyword.Text} has no end; close it with a line that is just {marker.Name}",
                    new TextRange(first, EndOfLine()));
                return false;
            }
            found.Add(new HereDocument(marker.Name, marker.Expand, marker.StripTabs, _text[contentStart..contentEnd], new TextRange(start, EndOfLine()))
            {
                MarkerRange = line.Range(at, length),
            });
        }
        return true;
    }

    private static bool TakesHereDocuments(InstructionSyntax instruction)
    {
        if (instruction.Inner is { } inner)
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

    /// <summary>The next line without its end.</summary>
    private string? NextLine()
    {
        if (_offset >= _text.Length)
            return null;
        _lineStart = _offset;
        var end = _text.IndexOf('\n', _offset);
        _offset = end < 0 ? _text.Length : end + 1;
        _line++;
        if (_offset - _lineStart > MaximumLineBytes / 3)
            CheckLength(_text.AsSpan(_lineStart, (end < 0 ? _text.Length : end) - _lineStart));
        var length = _offset;
        while (length > _lineStart && _text[length - 1] is '\n' or '\r')
            length--;
        var line = _text[_lineStart..length];
        if (!_hasForeignBytes)
            return line;
        if (ForeignBytes.IndexIn(line) is >= 0 and var foreign)
            _foreignByte ??= new TextRange(new TextPosition(_line, foreign + 1), new TextPosition(_line, foreign + 2));
        return ForeignBytes.Replace(line);
    }

    private void CheckLength(ReadOnlySpan<char> line)
    {
        if (Encoding.UTF8.GetByteCount(line) > MaximumLineBytes && ForeignBytes.Encode(line.ToString()).Length > MaximumLineBytes)
        {
            Report(
                $"the line is longer than {MaximumLineBytes} bytes; continue it on further lines with \"{_escape}\", or copy the content from a file",
                new TextRange(new TextPosition(_line, 1), EndOfLine()));
        }
    }

    private TextPosition EndOfLine()
    {
        // The line that was read last ends right before the offset.
        var end = _offset;
        while (end > _lineStart && _text[end - 1] is '\n' or '\r')
            end--;
        return new TextPosition(_line, end - _lineStart + 1);
    }

    private void Report(string message, TextRange range) => _diagnostics.Add(Diagnostic.Error(message, range));
}
