using System.Text;

namespace Buildx.Fuzz;

/// <summary>Changes texts in ways that keep them nearly meaningful: by words, by lines, by parts of other texts.</summary>
public sealed class Mutator(Random random, IReadOnlyList<string> words)
{
    private const int MaximumLength = 20_000;

    public string Mutate(string text, IReadOnlyList<string> others)
    {
        for (var i = random.Next(1, 5); i > 0; i--)
            text = Change(text, others);
        return text.Length > MaximumLength ? text[..MaximumLength] : text;
    }

    private string Change(string text, IReadOnlyList<string> others)
    {
        var at = random.Next(text.Length + 1);
        var to = Math.Min(text.Length, at + random.Next(1, 1 << random.Next(1, 8)));
        switch (random.Next(11))
        {
            case 0:
                return text.Insert(at, words[random.Next(words.Count)]);
            case 1:
                return text[..at] + words[random.Next(words.Count)] + text[to..];
            case 2:
                return text.Remove(at, to - at);
            case 3:
                return text.Insert(at, text[at..to]);
            case 4:
                return text.Length == 0 ? "x" : new StringBuilder(text) { [random.Next(text.Length)] = (char)random.Next(random.Next(4) == 0 ? 0x10000 : 128) }.ToString();
            case 5:
                var other = others[random.Next(others.Count)];
                var from = random.Next(other.Length + 1);
                return text[..at] + other[from..Math.Min(other.Length, from + random.Next(1, 200))] + text[to..];
            case 6:
                var second = others[random.Next(others.Count)];
                return text[..at] + second[random.Next(second.Length + 1)..];
            case 7:
                return ChangeLines(text);
            case 8:
                // What is fine once may be too much a thousand times.
                return random.Next(20) == 0 ? text.Insert(at, string.Concat(Enumerable.Repeat(text[at..Math.Min(to, at + 12)], random.Next(1000)))) : text.Insert(at, "\\\n");
            case 9:
                return text[..at] + (random.Next(2) == 0 ? text[at..to].ToUpperInvariant() : text[at..to].ToLowerInvariant()) + text[to..];
            default:
                return text[..at] + words[random.Next(words.Count)] + words[random.Next(words.Count)] + text[at..];
        }
    }

    private string ChangeLines(string text)
    {
        var lines = text.Split('\n').ToList();
        var line = random.Next(lines.Count);
        switch (random.Next(4))
        {
            case 0:
                lines.RemoveAt(line);
                break;
            case 1:
                lines.Insert(random.Next(lines.Count), lines[line]);
                break;
            case 2:
                var other = random.Next(lines.Count);
                (lines[line], lines[other]) = (lines[other], lines[line]);
                break;
            default:
                lines[line] += random.Next(2) == 0 ? "\\" : "\r";
                break;
        }
        return string.Join('\n', lines);
    }
}
