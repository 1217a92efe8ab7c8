namespace Buildx.Examples.Frontend;

/// <summary>A build language of four words, one step on each line: <c>from</c>, <c>run</c>, <c>file</c>, <c>take</c>.</summary>
internal sealed record Recipe(IReadOnlyList<Step> Steps)
{
    /// <exception cref="FormatException">A line that is none of them; the message begins with its number.</exception>
    public static Recipe Parse(string text, string fileName)
    {
        var steps = new List<Step>();
        var number = 0;
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            steps.Add(words switch
            {
                ["from", var image] => new From(number, image),
                ["run", ..] => new Run(number, line[4..]),
                ["file", var path, var content] => new WriteFile(number, path, content),
                ["take", var pattern, var directory] => new Take(number, pattern, directory),
                _ => throw new FormatException($"{fileName}:{number}: \"{line}\" is no step; there are: from IMAGE, run COMMAND, file PATH TEXT, take PATTERN DIRECTORY"),
            });
        }
        return new Recipe(steps);
    }
}
