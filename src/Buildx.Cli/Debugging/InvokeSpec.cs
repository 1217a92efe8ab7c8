using System.Collections.Immutable;
using System.Text.Json;
using Buildx.Cli.Values;
using Buildx.Client.Debugging;

namespace Buildx.Cli.Debugging;

/// <summary><c>--invoke</c>: what runs in the container; what it doesn't say is the step's own, or the image's.</summary>
internal sealed record InvokeSpec
{
    /// <summary>Null where it isn't said; then it is a shell.</summary>
    public ImmutableArray<string>? Arguments { get; init; }

    public ImmutableArray<string>? Entrypoint { get; init; }

    public ImmutableArray<string> Environment { get; init; } = [];

    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }

    public bool HasTerminal { get; init; } = true;

    /// <summary>Whether it names a program, which a script wants to see the end of.</summary>
    public bool NamesProgram => Arguments is not null || Entrypoint is not null;

    /// <summary><c>default</c>, <c>on-error</c>, a program, or <c>args=…,entrypoint=…,env=…,user=…,cwd=…,tty=…</c>.</summary>
    /// <exception cref="CliException">It is none of these.</exception>
    public static InvokeSpec Parse(string text)
    {
        if (text is "" or "default" or "on-error")
            return new InvokeSpec();
        if (!text.Contains('=', StringComparison.Ordinal) && CsvFields.Split("--invoke", text) is [var program])
            return OfCommand([program]);
        var spec = new InvokeSpec();
        foreach (var (key, value) in ReadPairs(text))
        {
            spec = key switch
            {
                "args" => spec with { Arguments = [.. spec.Arguments ?? [], .. ReadList(value)] },
                "entrypoint" => spec with { Entrypoint = [.. spec.Entrypoint ?? [], .. ReadList(value)] },
                "env" => spec with { Environment = [.. spec.Environment, .. ReadList(value)] },
                "user" => spec with { User = value },
                "cwd" => spec with { WorkingDirectory = value },
                "tty" => spec with { HasTerminal = ReadSwitch(value) },
                _ => throw new CliException($"--invoke: there is no key \"{key}\" (want args, entrypoint, env, user, cwd or tty)"),
            };
        }
        return spec;
    }

    /// <summary>A program of its own, whatever the image runs its arguments with.</summary>
    public static InvokeSpec OfCommand(IEnumerable<string> words) => new() { Entrypoint = [.. words], Arguments = [] };

    /// <summary>The same environment, user and directory for another program.</summary>
    public InvokeSpec With(IEnumerable<string> words) => this with { Entrypoint = [.. words], Arguments = [] };

    /// <param name="own">What the step ran, or the image would.</param>
    public ContainerProgram ApplyTo(ContainerProgram own) => own with
    {
        Entrypoint = Entrypoint ?? (Arguments is null ? ["sh"] : own.Entrypoint),
        Arguments = Arguments ?? [],
        Environment = [.. own.Environment, .. Environment],
        User = User ?? own.User,
        WorkingDirectory = WorkingDirectory ?? own.WorkingDirectory,
        HasTerminal = HasTerminal,
    };

    private static IEnumerable<(string Key, string Value)> ReadPairs(string text)
    {
        foreach (var field in SplitFields(text))
        {
            var equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new CliException($"--invoke: \"{field}\" in \"{text}\" is not of the form key=value");
            yield return (field[..equals].Trim().ToLowerInvariant(), field[(equals + 1)..]);
        }
    }

    // Quotes inside a field are ordinary there: entrypoint=["sh"]. A list need not be quoted as a whole.
    private static IEnumerable<string> SplitFields(string text)
    {
        for (var start = 0; start <= text.Length;)
        {
            if (start < text.Length && text[start] == '"')
            {
                var end = start + 1;
                while (end < text.Length && (text[end] != '"' || (end + 1 < text.Length && text[end + 1] == '"')))
                    end += text[end] == '"' ? 2 : 1;
                if (end >= text.Length || (end + 1 < text.Length && text[end + 1] != ','))
                    throw new CliException($"--invoke: a quotation mark is not closed in: {text}");
                yield return text[(start + 1)..end].Replace("\"\"", "\"", StringComparison.Ordinal);
                start = end + 2;
            }
            else
            {
                var comma = text.IndexOf(',', EndOfList(text, start));
                yield return comma < 0 ? text[start..] : text[start..comma];
                start = comma < 0 ? text.Length + 1 : comma + 1;
            }
        }
    }

    /// <summary>Behind the list of a field, whose commas are its own; else where the field begins.</summary>
    private static int EndOfList(string text, int start)
    {
        var equals = text.IndexOf('=', start);
        if (equals < 0 || equals + 1 >= text.Length || text[equals + 1] != '[' || text.IndexOf(',', start, equals - start) >= 0)
            return start;
        var isInString = false;
        for (var i = equals + 2; i < text.Length; i++)
        {
            if (isInString && text[i] == '\\')
                i++;
            else if (text[i] == '"')
                isInString = !isInString;
            else if (!isInString && text[i] == ']')
                return i;
        }
        return start;
    }

    private static IReadOnlyList<string> ReadList(string value)
    {
        if (!value.StartsWith('['))
            return [value];
        try
        {
            using var list = JsonDocument.Parse(value);
            return [.. list.RootElement.EnumerateArray().Select(item => item.GetString() ?? "")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Then it is a word that begins with a bracket, e.g. the program [.
            return [value];
        }
    }

    private static bool ReadSwitch(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new CliException($"--invoke: tty={value}: want true or false"),
    };
}
