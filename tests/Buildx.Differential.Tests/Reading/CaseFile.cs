using System.Globalization;
using System.Text.RegularExpressions;

namespace Buildx.Differential.Tests.Reading;

/// <summary>Reads <c>Cases/GROUP.cases</c>; README.md beside this project tells the form.</summary>
internal static partial class CaseFile
{
    private const string CaseMark = "=== ";
    private const string SectionMark = "--- ";

    public static IReadOnlyList<Case> ReadAll(string directory) =>
        [.. Directory.GetFiles(directory, "*.cases").Order(StringComparer.Ordinal)
            .SelectMany(file => Parse(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)))];

    public static IReadOnlyList<Case> Parse(string group, string text)
    {
        var cases = new List<Case>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length;)
        {
            if (lines[i].StartsWith(CaseMark, StringComparison.Ordinal))
            {
                var end = EndOf(lines, i + 1, CaseMark);
                cases.Add(ParseCase($"{group}: {lines[i][CaseMark.Length..].Trim()}", lines[(i + 1)..end]));
                i = end;
            }
            else if (lines[i].Length == 0 || lines[i].StartsWith('#'))
            {
                i++;
            }
            else
            {
                throw new FormatException($"{group}.cases:{i + 1}: a line before the first \"{CaseMark}\"");
            }
        }
        if (cases.GroupBy(one => one.Id).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new FormatException($"\"{twice.Key}\" is there twice");
        return cases;
    }

    private static Case ParseCase(string id, string[] lines)
    {
        var files = new Dictionary<string, string>();
        var baseImages = new Dictionary<string, string>();
        var start = EndOf(lines, 0, SectionMark);
        var result = ParseHeader(id, lines[..start]) with { Files = files, BaseImages = baseImages };
        for (var i = start; i < lines.Length;)
        {
            var end = EndOf(lines, i + 1, SectionMark);
            var content = string.Concat(lines[(i + 1)..end].Select(line => line + "\n"));
            // The blank lines before the next mark or the file's end belong to nobody.
            content = content.TrimEnd('\n') is { Length: > 0 } some ? some + "\n" : "";
            var title = Title().Match(lines[i][SectionMark.Length..].Trim());
            var name = title.Groups["name"].Value;
            foreach (var option in title.Groups["option"].Captures.Select(capture => capture.Value))
            {
                content = option switch
                {
                    "escaped" => Unescape(content),
                    "crlf" => content.Replace("\n", "\r\n", StringComparison.Ordinal),
                    "bom" => "\uFEFF" + content,
                    "no-newline" => content.TrimEnd('\n'),
                    _ => throw new FormatException($"{id}: unknown option \"{option}\" of {name}"),
                };
            }
            if (name == "(setup)")
                result = result with { Setup = content };
            else if (name == "(change)")
                result = result with { Change = content };
            else if (name.StartsWith("(image ", StringComparison.Ordinal))
                baseImages.Add(name["(image ".Length..^1], content);
            else if (!files.TryAdd(name, content))
                throw new FormatException($"{id}: {name} is there twice");
            i = end;
        }
        return result;
    }

    private static Case ParseHeader(string id, IEnumerable<string> lines)
    {
        var result = new Case { Id = id };
        foreach (var line in lines.Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            var (key, value) = line.Split(':', 2) is [var left, var right] ? (left, right.Trim()) : (line, "");
            result = key switch
            {
                "arguments" => result with { Arguments = Words(value) },
                "context" => result with { Context = value },
                "output" => result with { Output = "," + value },
                "environment" => result with
                {
                    Environment = Words(value).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]),
                },
                "both say" => result with { TheirError = value, OurError = value },
                "theirs says" => result with { TheirError = value },
                "ours says" => result with { OurError = value },
                _ => throw new FormatException($"{id}: unknown line \"{line}\""),
            };
        }
        return result;
    }

    private static int EndOf(string[] lines, int start, string mark)
    {
        var end = start;
        while (end < lines.Length && !lines[end].StartsWith(mark, StringComparison.Ordinal))
            end++;
        return end;
    }

    /// <summary>Words between blanks; '…' keeps blanks.</summary>
    private static List<string> Words(string text) => [.. Word().Matches(text).Select(match => match.Value.Replace("'", "", StringComparison.Ordinal))];

    private static string Unescape(string text) => Escape().Replace(text, match => match.Groups[1].Value switch
    {
        "n" => "\n",
        "r" => "\r",
        "t" => "\t",
        "\\" => "\\",
        var code => $"{(char)byte.Parse(code.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture)}",
    });

    [GeneratedRegex(@"^(?<name>\([^)]+\)|.+?)(?: \[(?<option>[\w-]+)\])*$")]
    private static partial Regex Title();

    [GeneratedRegex(@"(?:[^\s']|'[^']*')+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\\(n|r|t|\\|x[0-9a-f]{2})")]
    private static partial Regex Escape();
}
