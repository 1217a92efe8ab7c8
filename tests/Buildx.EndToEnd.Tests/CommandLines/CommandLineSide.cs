using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.CommandLines;

/// <summary>One of the two programs, with a home, a configuration and a project of its own.</summary>
internal sealed partial class CommandLineSide
{
    private readonly string _program;
    private readonly string _root;
    private readonly IReadOnlyDictionary<string, string> _placeholders;
    private readonly Dictionary<string, string?> _environment;
    private readonly List<string> _madeUpNames = [];

    /// <param name="root">Where it lives; roots of the two sides have the same length, for tables are as wide as their contents.</param>
    public CommandLineSide(string program, string root, string dockerHost, IReadOnlyDictionary<string, string> placeholders)
    {
        (_program, _root, _placeholders) = (program, root, placeholders);
        _environment = new Dictionary<string, string?>
        {
            ["HOME"] = root + "/home",
            ["DOCKER_HOST"] = dockerHost,
            ["DOCKER_CONFIG"] = root + "/docker",
            ["BUILDX_CONFIG"] = root + "/buildx",
            ["BUILDX_ENGINE_ROOT"] = root + "/state",
            ["BUILDX_ENGINE_RUN"] = root + "/run",
            ["BUILDX_BUILDER"] = null,
            ["KUBECONFIG"] = null,
        };
        foreach (var directory in (string[])["home", "docker", "buildx", "out", "project"])
            Directory.CreateDirectory(Path.Combine(root, directory));
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "tests/Buildx.EndToEnd.Tests/CommandLines/project")))
            File.Copy(file, Path.Combine(root, "project", Path.GetFileName(file)));
    }

    public async Task<ToolResult> RunAsync(ComparedLine line)
    {
        var environment = new Dictionary<string, string?>(_environment);
        foreach (var (name, value) in line.Environment)
            environment[name] = Fill(value);
        var tool = new Tool(_program) { Environment = environment, WorkingDirectory = _root + "/project", Timeout = TimeSpan.FromMinutes(2) };
        var result = await tool.ExecuteAsync([.. line.Arguments.Select(Fill)]);
        if (result.ExitCode == 0 && line.Arguments.Contains("create") && !line.Text.Contains("--name", StringComparison.Ordinal) && MadeUpName().IsMatch(result.Output.Trim()))
            _madeUpNames.Add(result.Output.Trim());
        return result;
    }

    /// <summary>The files of the store, by their names.</summary>
    public SortedDictionary<string, string> ReadStore()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var contents = StoreFiles().Where(file => !NoChoice().IsMatch(File.ReadAllText(file)))
            .Select(file => (Name: Normalize(Path.GetRelativePath(_root + "/buildx", file)), Content: Normalize(Sort(File.ReadAllText(file)))));
        // Files that are called by a build's id have one name here.
        foreach (var same in contents.GroupBy(file => file.Name))
            files[same.Key] = string.Join(' ', same.Select(file => file.Content).Distinct().Order(StringComparer.Ordinal));
        return files;
    }

    /// <summary>What the last command has written to files: names, and of JSON objects the fields. They are removed.</summary>
    public IReadOnlyList<string> TakeOutputs()
    {
        var files = Directory.EnumerateFiles(_root + "/out", "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Describe).ToList();
        Directory.Delete(_root + "/out", recursive: true);
        Directory.CreateDirectory(_root + "/out");
        return files;

        string Describe(string file)
        {
            var fields = file.EndsWith(".json", StringComparison.Ordinal) ? JsonNode.Parse(File.ReadAllText(file)) as JsonObject : null;
            return Path.GetRelativePath(_root, file) + (fields is null ? "" : ": " + string.Join(' ', fields.Select(field => field.Key).Order(StringComparer.Ordinal)));
        }
    }

    /// <summary>Takes over the other side's store, so that what comes starts from equal states again.</summary>
    public void TakeStore(CommandLineSide other)
    {
        foreach (var file in StoreFiles())
            File.Delete(file);
        foreach (var file in other.StoreFiles())
        {
            var copy = Path.Combine(_root, "buildx", Path.GetRelativePath(other._root + "/buildx", file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllText(copy, File.ReadAllText(file)
                .Replace(other._root, _root, StringComparison.Ordinal)
                .Replace(Uri.EscapeDataString(other._root), Uri.EscapeDataString(_root), StringComparison.Ordinal));
        }
        _madeUpNames.Clear();
        _madeUpNames.AddRange(other._madeUpNames);
    }

    /// <summary>
    /// Output without what is each run's own (places, times, made-up names, the widths of columns, the order of fields), and without
    /// what only one of the programs lists: our own builder, which is always there, and the Docker context's where no engine answers.
    /// </summary>
    public string NormalizeOutput(string output)
    {
        var text = Normalize(Sort(output));
        var rows = new List<string>();
        var isSkipped = false;
        foreach (var line in text.Split('\n').Select(line => Gap().Replace(line.TrimEnd(), " ")).Where(line => line.Length > 0))
        {
            if (!line.StartsWith(@" \_", StringComparison.Ordinal))
                isSkipped = OneSidedBuilder().IsMatch(line);
            if (!isSkipped && !line.StartsWith("Last Activity: ", StringComparison.Ordinal))
                rows.Add(line.StartsWith("Driver Options: ", StringComparison.Ordinal) ? string.Join(' ', line.Split(' ').Order(StringComparer.Ordinal)) : line);
        }
        return string.Join('\n', rows);
    }

    private string[] StoreFiles() =>
        [.. ((string[])["instances", "defaults", "refs"]).Select(name => Path.Combine(_root, "buildx", name)).Where(Directory.Exists)
             .SelectMany(directory => Directory.GetFiles(directory, "*", SearchOption.AllDirectories)),
         .. File.Exists(_root + "/buildx/current") ? (string[])[_root + "/buildx/current"] : []];

    private string Fill(string word)
    {
        foreach (var (name, value) in _placeholders)
            word = word.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return word.Replace("{place}", _root, StringComparison.Ordinal);
    }

    private string Normalize(string text)
    {
        text = text.Replace(_root, "{place}", StringComparison.Ordinal).Replace(Uri.EscapeDataString(_root), "{place}", StringComparison.Ordinal);
        for (var i = 0; i < _madeUpNames.Count; i++)
            text = text.Replace(_madeUpNames[i], $"{{made-up {i}}}", StringComparison.Ordinal);
        return Duration().Replace(Time().Replace(BuildId().Replace(text, "{build}"), "{time}"), "{duration}").Replace("docker buildx", "buildx", StringComparison.Ordinal);
    }

    /// <summary>Text whose JSON, the whole or each line of it, has its fields in order.</summary>
    private static string Sort(string text)
    {
        var whole = SortObject(text);
        return whole ?? string.Join('\n', text.Split('\n').Select(line => SortObject(line) ?? line));
    }

    private static string? SortObject(string text)
    {
        if (text.Length == 0 || text[0] is not ('{' or '['))
            return null;
        try
        {
            return SortFields(JsonNode.Parse(text))!.ToJsonString();
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    // That a node has no platforms of its own is written as null or as an empty list; no reader knows the difference.
    private static JsonNode? SortFields(JsonNode? node) => node switch
    {
        JsonArray { Count: 0 } => null,
        JsonObject value => new JsonObject(value.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, SortFields(field.Value)))),
        JsonArray value => new JsonArray([.. value.Select(SortFields)]),
        _ => node?.DeepClone(),
    };

    [GeneratedRegex("^[a-z]+_[a-z]+[0-9]*$")]
    private static partial Regex MadeUpName();


    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( [+-]\d{4} UTC|Z)?|\d+ (seconds?|minutes?|hours?) ago|Less than a second ago|About an? (minute|hour) ago")]
    private static partial Regex Time();

    [GeneratedRegex(@"\b[a-z0-9]{25}\b")]
    private static partial Regex BuildId();

    [GeneratedRegex(@"\b(\d+m +)?\d+(\.\d)?s\b")]
    private static partial Regex Duration();

    [GeneratedRegex("[ \t]+")]
    private static partial Regex Gap();

    [GeneratedRegex("^embedded|\"Name\":\"embedded\"|^default\\*?( error| ERROR|: .*)?$|\"Err\":.*\"Name\":\"default\"")]
    private static partial Regex OneSidedBuilder();

    // Buildx writes down that nothing was chosen; we don't write.
    [GeneratedRegex("^\\{\"Key\":\"[^\"]*\",\"Name\":\"\",\"Global\":false\\}$")]
    private static partial Regex NoChoice();
}
