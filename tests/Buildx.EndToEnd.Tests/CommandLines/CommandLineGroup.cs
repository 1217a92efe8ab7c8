namespace Buildx.EndToEnd.Tests.CommandLines;

/// <summary>A session: its lines run one after the other, by each program on a state of its own that starts out the same.</summary>
/// <param name="HasDocker">Whether a Docker Engine answers.</param>
internal sealed record CommandLineGroup(string Name, bool HasDocker, List<ComparedLine> Lines)
{
    private const string WithDocker = " [docker]";

    /// <summary>The table: <c>== NAME [docker]</c> begins a group, <c>~ WHAT: REASON</c> below a line says what differs, <c>#</c> is a comment.</summary>
    public static IReadOnlyList<CommandLineGroup> Read()
    {
        var groups = new List<CommandLineGroup>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "tests/Buildx.EndToEnd.Tests/CommandLines/command-lines.txt")).Select(line => line.Trim()))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                var hasDocker = line.EndsWith(WithDocker, StringComparison.Ordinal);
                groups.Add(new CommandLineGroup(hasDocker ? line[3..^WithDocker.Length] : line[3..], hasDocker, []));
            }
            else if (line.StartsWith("~ ", StringComparison.Ordinal))
            {
                var parts = line[2..].Split(": ", 2);
                foreach (var what in parts[0].Split(", "))
                    groups[^1].Lines[^1].Exceptions.Add(what, parts[1]);
            }
            else
            {
                groups[^1].Lines.Add(ComparedLine.Parse(line));
            }
        }
        return groups;
    }
}
