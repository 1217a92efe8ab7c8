using System.CommandLine;
using Buildx.Diagnostics;
using Buildx.Oci;

namespace Buildx.Cli.CommandLine;

/// <summary>
/// Reads a command's arguments with the rules that Docker's users know (those of Go's pflag): a flag that needs a value takes the
/// next argument, whatever it looks like; a switch never does; <c>-abc</c> is <c>-a -b -c</c>; <c>--</c> ends the flags.
/// Each flag is then given to System.CommandLine in its one unambiguous form, <c>--flag=value</c>.
/// </summary>
internal static class CommandLineReader
{
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <returns>The invocation, or null when help is asked for.</returns>
    /// <exception cref="CliException">Something on the command line is wrong; the message says which part.</exception>
    public static CommandInvocation? Read(CliCommand command, IReadOnlyList<string> arguments, string commandName)
    {
        var flags = new List<string>();
        var positional = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                positional.AddRange(arguments.Skip(i + 1));
                break;
            }
            if (argument.Length < 2 || argument[0] != '-')
            {
                positional.Add(argument);
                continue;
            }
            if (argument is "--help" or "-h")
                return null;
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                var equals = argument.IndexOf('=');
                var name = equals < 0 ? argument : argument[..equals];
                var option = Find(command, name) ?? throw UnknownFlag(command, name, commandName);
                Add(flags, option, equals < 0 ? null : argument[(equals + 1)..], name, arguments, ref i);
            }
            else
            {
                ReadShortFlags(command, argument, flags, arguments, ref i, commandName);
            }
        }
        if (positional.Count < command.MinimumArguments || positional.Count > command.MaximumArguments)
            throw WrongArgumentCount(command, positional, commandName);
        var result = command.Parse(flags, Configuration);
        return result.Errors.Count == 0
            ? new CommandInvocation(result, positional)
            : throw new CliException($"{result.Errors[0].Message}\nSee '{commandName} {command.FullName} --help'.");
    }

    private static void ReadShortFlags(CliCommand command, string argument, List<string> flags, IReadOnlyList<string> arguments, ref int i, string commandName)
    {
        for (var position = 1; position < argument.Length; position++)
        {
            var name = "-" + argument[position];
            var option = Find(command, name) ?? throw UnknownFlag(command, name, commandName);
            var rest = argument[(position + 1)..];
            if (rest.StartsWith('='))
            {
                Add(flags, option, rest[1..], name, arguments, ref i);
                return;
            }
            if (option is not Option<bool>)
            {
                Add(flags, option, rest.Length > 0 ? rest : null, name, arguments, ref i);
                return;
            }
            Add(flags, option, null, name, arguments, ref i);
        }
    }

    private static void Add(List<string> flags, Option option, string? value, string typed, IReadOnlyList<string> arguments, ref int i)
    {
        if (option is Option<bool>)
        {
            value = ParseSwitch(value ?? "true") switch
            {
                true => "true",
                false => "false",
                null => throw new CliException($"{option.Name}: \"{value}\" is not a valid value (want true or false)"),
            };
        }
        else if (value is null)
        {
            value = ++i < arguments.Count ? arguments[i] : throw new CliException($"{typed} needs a value ({option.Name} {option.HelpName})");
        }
        // An empty value must stay a value: System.CommandLine takes it only as an argument of its own.
        if (value.Length == 0)
            flags.AddRange([option.Name, value]);
        else
            flags.Add($"{option.Name}={value}");
    }

    private static bool? ParseSwitch(string text) => BooleanText.TryParse(text, out var value) ? value : null;

    private static Option? Find(Command command, string name)
    {
        foreach (var option in command.Options)
        {
            if (option.Name == name || option.Aliases.Contains(name))
                return option;
        }
        return null;
    }

    private static CliException UnknownFlag(CliCommand command, string name, string commandName)
    {
        var known = command.Options.Where(option => !option.Hidden).Select(option => option.Name).ToList();
        var hint = name.StartsWith("--", StringComparison.Ordinal) && Suggestion.FindTyped(name, known) is { } near ? $"; did you mean {near}?" : "";
        return new CliException($"unknown flag {name}{hint}\nSee '{commandName} {command.FullName} --help'.");
    }

    private static CliException WrongArgumentCount(CliCommand command, List<string> given, string commandName)
    {
        var wanted = (command.MinimumArguments, command.MaximumArguments) switch
        {
            (0, 0) => "takes no arguments",
            (1, 1) => "needs exactly 1 argument",
            (0, 1) => "takes at most 1 argument",
            (var least, int.MaxValue) => $"needs at least {least} argument{(least == 1 ? "" : "s")}",
            var (least, most) => $"takes {least} to {most} arguments",
        };
        var found = given.Count == 0 ? "" : $", but found {given.Count}: {string.Join(' ', given)}";
        return new CliException($"\"{commandName} {command.FullName}\" {wanted}{found}\nUsage: {commandName} {command.FullName} [OPTIONS] {command.ArgumentsUsage}".TrimEnd() +
            $"\nSee '{commandName} {command.FullName} --help'.");
    }
}
