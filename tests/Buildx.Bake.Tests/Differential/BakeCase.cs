namespace Buildx.Bake.Tests.Differential;

/// <summary>
/// One case of a file in <c>Cases/</c>: <c>=== name</c>, then <c>args:</c> and <c>env:</c>, then the files, each under
/// <c>-- path --</c>.
/// </summary>
internal sealed record BakeCase(string Name, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, IReadOnlyDictionary<string, string> Files)
{
    public static IReadOnlyList<BakeCase> ReadAll() => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Differential", "Cases"), "*.txt")
        .Order(StringComparer.Ordinal).SelectMany(file => Parse(File.ReadAllLines(file), Path.GetFileNameWithoutExtension(file)))];

    private static IEnumerable<BakeCase> Parse(string[] lines, string topic)
    {
        BakeCase? current = null;
        string? file = null;
        var files = new Dictionary<string, string>();
        foreach (var line in lines)
        {
            if (line.StartsWith("=== ", StringComparison.Ordinal))
            {
                if (current is not null)
                    yield return current with { Files = files };
                (current, file, files) = (new BakeCase($"{topic}: {line[4..].Trim()}", [], new Dictionary<string, string>(), files), null, []);
            }
            else if (line.StartsWith("-- ", StringComparison.Ordinal) && line.EndsWith(" --", StringComparison.Ordinal))
            {
                files[file = line[3..^3].Trim()] = "";
            }
            else if (file is not null)
            {
                files[file] += line + "\n";
            }
            else if (line.StartsWith("args:", StringComparison.Ordinal))
            {
                current = current! with { Arguments = [.. current.Arguments, .. SplitWords(line[5..])] };
            }
            else if (line.StartsWith("env:", StringComparison.Ordinal))
            {
                var pair = line[4..].Trim().Split('=', 2);
                current = current! with { Environment = new Dictionary<string, string>(current.Environment) { [pair[0]] = pair[1] } };
            }
        }
        if (current is not null)
            yield return current with { Files = files };
    }

    /// <summary>Words, of which one in single quotes may have spaces.</summary>
    private static IEnumerable<string> SplitWords(string text)
    {
        var parts = text.Split('\'');
        for (var i = 0; i < parts.Length; i++)
        {
            if (i % 2 == 1)
                yield return parts[i];
            else
            {
                foreach (var word in parts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    yield return word;
            }
        }
    }
}
