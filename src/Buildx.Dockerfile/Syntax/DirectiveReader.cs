using System.Text.Json;
using System.Text.RegularExpressions;

namespace Buildx.Dockerfile;

/// <summary>Reads the directives that may stand before anything else in a file: <c>syntax</c>, <c>escape</c> and <c>check</c>.</summary>
public sealed partial class DirectiveReader(string commentPrefix = "#", int linesBefore = 0)
{
    private readonly HashSet<string> _seen = [];
    private int _line = linesBefore;
    private bool _done;

    /// <summary>No further line can be a directive.</summary>
    public bool IsDone => _done;

    /// <summary>Looks at the file's next line.</summary>
    /// <returns>Null when it is no directive; from then on no line is.</returns>
    /// <exception cref="FormatException">A directive is there twice.</exception>
    public Directive? Read(string line)
    {
        _line++;
        if (_done)
            return null;
        var match = line.StartsWith(commentPrefix, StringComparison.Ordinal)
            ? Pattern().Match(line[commentPrefix.Length..].TrimStart().TrimEnd('\r', '\n'))
            : Match.Empty;
        var name = match.Groups["name"].Value.ToLowerInvariant();
        if (!match.Success || name is not ("syntax" or "escape" or "check"))
        {
            _done = true;
            return null;
        }
        if (!_seen.Add(name))
            throw new FormatException($"the directive \"{name}\" is set twice; remove one of them");
        return new Directive(name, match.Groups["value"].Value, new TextRange(new TextPosition(_line, 1), new TextPosition(_line, line.TrimEnd('\r', '\n').Length + 1)));
    }

    /// <summary>
    /// The frontend that a file asks for, whatever its language: behind <c>#</c> or <c>//</c>, or as the member
    /// <c>syntax</c> of a JSON object. A first line <c>#!…</c> does not count.
    /// </summary>
    public static Directive? DetectSyntax(string text) =>
        Find("syntax", text, "#") ?? Find("syntax", text, "//") ?? FindInJson("syntax", text);

    /// <summary>A directive of a Dockerfile.</summary>
    public static Directive? Find(string name, string text) => Find(name, text, "#");

    private static Directive? Find(string name, string text, string commentPrefix)
    {
        text = text.TrimStart('\uFEFF');
        var skipped = 0;
        if (text.StartsWith("#!", StringComparison.Ordinal))
        {
            var end = text.IndexOf('\n');
            text = end < 0 ? "" : text[(end + 1)..];
            skipped = 1;
        }
        var reader = new DirectiveReader(commentPrefix, skipped);
        foreach (var line in text.AsSpan().Split('\n'))
        {
            try
            {
                var directive = reader.Read(text[line]);
                if (directive is null)
                    return null;
                if (directive.Name == name)
                    return directive;
            }
            catch (FormatException)
            {
                return null;
            }
        }
        return null;
    }

    private static Directive? FindInJson(string name, string text)
    {
        text = text.TrimStart('\uFEFF');
        if (!text.TrimStart().StartsWith('{'))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? new Directive(name, value.GetString() ?? "", RangeOf($"\"{name}\"", text))
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static TextRange RangeOf(string part, string text)
    {
        var at = Math.Max(0, text.IndexOf(part, StringComparison.Ordinal));
        var line = 1 + text.AsSpan(0, at).Count('\n');
        var column = at - text.AsSpan(0, at).LastIndexOf('\n');
        return new TextRange(new TextPosition(line, column), new TextPosition(line, column + part.Length));
    }

    [GeneratedRegex(@"\A(?<name>[a-zA-Z][a-zA-Z0-9]*)\s*=\s*(?<value>.+?)\s*\z")]
    private static partial Regex Pattern();
}
