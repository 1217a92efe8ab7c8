using System.CommandLine;
using Buildx.Cli.Baking;
using Buildx.Cli.Builders;
using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;
using Buildx.Drivers;
using Buildx.Engine.Execution.Binfmt;

namespace Buildx.Cli.Completion;

/// <summary>
/// Says how a command line can go on, to the scripts of <see cref="CompletionScripts"/> and to Docker's own: a line for each word, with
/// a tab before what it means, and last a colon with a number that says whether files may stand there too.
/// </summary>
internal sealed class Completer(CliContext context)
{
    public const string CommandName = "__complete";
    public const string CommandNameWithoutDescriptions = "__completeNoDesc";

    // The numbers are those of the protocol that Docker's CLI speaks with its plugins.
    private const int WordsOnly = 4;
    private const int FilesToo = 0;

    private static readonly string[] Files = ["FILE", "DIR", "DIRECTORY"];

    /// <param name="words">Those behind the program's name; the last one is being typed.</param>
    public async Task<int> WriteAsync(IReadOnlyList<string> words, bool withDescriptions, CancellationToken cancellationToken)
    {
        var (candidates, files) = await FindAsync(words, cancellationToken);
        foreach (var (word, description) in candidates.Where(candidate => candidate.Word.StartsWith(words.Count > 0 ? words[^1] : "", StringComparison.Ordinal)))
            await context.Out.WriteLineAsync(withDescriptions && description.Length > 0 ? $"{word}\t{description}" : word);
        await context.Out.WriteLineAsync($":{(files ? FilesToo : WordsOnly)}");
        return 0;
    }

    internal async Task<(IReadOnlyList<(string Word, string Description)> Candidates, bool Files)> FindAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var before = words.Take(Math.Max(0, words.Count - 1)).ToList();
        var typed = words.Count > 0 ? words[^1] : "";
        var place = before.FindIndex(word => !word.StartsWith('-'));
        if (place < 0)
            return ([.. CommandCatalog.FirstWords], false);
        var name = before[place];
        if (CommandCatalog.Groups.ContainsKey(name))
        {
            var own = CommandCatalog.FlagsOf(name);
            var second = Enumerable.Range(place + 1, before.Count - place - 1).FirstOrDefault(i => !before[i].StartsWith('-') && !own.Contains(before[i - 1]), -1);
            if (second < 0 && own.Contains(before[^1]))
                return (await ValuesAsync(CommandCatalog.InGroup(name).First().Create().ShownOptions.First(option => option.Name == before[^1]), "", cancellationToken), false);
            if (second < 0)
                return ([.. CommandCatalog.InGroup(name).Select(entry => (entry.Name[(name.Length + 1)..], entry.Summary)).Where(entry => !entry.Item1.Contains(' ', StringComparison.Ordinal))], false);
            (name, place) = ($"{name} {before[second]}", second);
            if (second + 1 < before.Count && CommandCatalog.Find($"{name} {before[second + 1]}") is not null)
                (name, place) = ($"{name} {before[second + 1]}", second + 1);
        }
        if (CommandCatalog.Find(name)?.Create() is not { } command)
            return ([], false);
        var options = command.ShownOptions.ToList();
        // A value, behind its flag or behind the equals sign.
        if (place < before.Count - 1 && options.Find(option => IsNamed(option, before[^1])) is { } flag && Flag.ValueOf(flag) is { } value)
            return (await ValuesAsync(flag, "", cancellationToken), Files.Contains(value));
        if (typed.StartsWith("--", StringComparison.Ordinal) && typed.IndexOf('=') is var equals and > 0 && options.Find(option => IsNamed(option, typed[..equals])) is { } assigned)
            return (await ValuesAsync(assigned, typed[..(equals + 1)], cancellationToken), false);
        if (typed.StartsWith('-'))
            return ([.. options.SelectMany(option => new[] { option.Name, Flag.ShortNameOf(option) }.OfType<string>().Select(name => (name, option.Description ?? "")))], false);
        if (command is Commands.BakeCommand bake)
            return (await TargetsAsync(bake, before.Skip(place + 1).ToList(), cancellationToken), false);
        return command.ArgumentsUsage.Contains("NAME", StringComparison.Ordinal) && command is not Commands.CreateCommand
            ? (await BuildersAsync("", cancellationToken), false)
            : command is Commands.CompletionCommand ? ([.. CompletionScripts.Shells.Select(shell => (shell, ""))], false)
            : ([], command.MaximumArguments > 0 && !command.ArgumentsUsage.Contains("REF", StringComparison.Ordinal));
    }

    private static bool IsNamed(Option option, string word) => option.Name == word || option.Aliases.Contains(word);

    private async Task<IReadOnlyList<(string, string)>> ValuesAsync(Option option, string prefix, CancellationToken cancellationToken)
    {
        IEnumerable<string> values = option.Name switch
        {
            "--progress" => BuildProgress.Modes,
            "--driver" => DriverCatalog.Names,
            "--platform" => HostBinfmt.Show().Supported,
            "--output" => ["type=cacheonly", "type=docker", "type=image", "type=local", "type=oci", "type=registry", "type=tar"],
            "--cache-to" => ["type=azblob", "type=gha", "type=inline", "type=local", "type=registry", "type=s3"],
            "--cache-from" => ["type=azblob", "type=gha", "type=local", "type=registry", "type=s3"],
            "--on" => ["always", "error"],
            "--call" => ["build", "check", "outline", "targets"],
            "--network" => ["default", "host", "none"],
            "--allow" => ["buildx.local.delete", "network.host", "security.insecure"],
            "--attest" => ["type=provenance", "type=sbom"],
            "--format" => ["json", "table"],
            _ => [],
        };
        return option.Name == "--builder" ? await BuildersAsync(prefix, cancellationToken) : [.. values.Select(value => (prefix + value, ""))];
    }

    private async Task<IReadOnlyList<(string, string)>> TargetsAsync(Commands.BakeCommand command, IReadOnlyList<string> before, CancellationToken cancellationToken)
    {
        try
        {
            return CommandLineReader.Read(command, before, context.CommandName) is { } invocation
                ? await BakeRunner.FindTargetsAsync(context, command.ReadRequest(invocation), cancellationToken)
                : [];
        }
        catch (CliException)
        {
            return [];
        }
    }

    private async Task<IReadOnlyList<(string, string)>> BuildersAsync(string prefix, CancellationToken cancellationToken)
    {
        try
        {
            using var transaction = await context.Store.BeginAsync(cancellationToken);
            return [.. BuilderState.ListAll(context, transaction).Select(builder => (prefix + builder.Name, builder.Driver))];
        }
        catch (DriverException)
        {
            // Whoever uses it is told; here it would only be in the way.
            return [];
        }
    }
}
