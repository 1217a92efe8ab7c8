using Buildx.Cli.CommandLine;
using Buildx.Cli.Completion;
using Buildx.Drivers;

namespace Buildx.Cli;

/// <summary>Finds the command, runs it, and is the one place where failures become messages and exit codes.</summary>
internal sealed class CommandRunner(CliContext context)
{
    /// <summary>128 + SIGINT, as a shell counts.</summary>
    private const int Interrupted = 130;

    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken stop = default)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var interrupts = InterruptHandler.Install(cancellation, context.Error);
        try
        {
            return await RunCommandAsync(arguments, cancellation.Token);
        }
        catch (Exception e)
        {
            var (message, exitCode) = cancellation.IsCancellationRequested ? ("canceled", Interrupted) : Describe(e);
            if (context.Flags.Debug)
                message += Environment.NewLine + e;
            if (message.Length > 0)
                await context.Error.WriteLineAsync("ERROR: " + message);
            if (!Console.IsErrorRedirected)
            {
                foreach (var hint in (e as CliException)?.Hints ?? [])
                    await context.Error.WriteLineAsync("  → " + hint);
            }
            return exitCode;
        }
    }

    private async Task<int> RunCommandAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is [Completer.CommandName or Completer.CommandNameWithoutDescriptions, ..])
            return await new Completer(context).WriteAsync([.. arguments.Skip(1)], arguments[0] == Completer.CommandName, cancellationToken);
        var (name, rest) = SplitCommand(arguments);
        if (name is null or "help")
        {
            var words = string.Join(' ', rest.Take(2));
            var topic = name == "help" && rest.Count > 0 && !CommandCatalog.Groups.ContainsKey(words)
                ? CommandCatalog.Find(words) ?? CommandCatalog.Find(rest[0]) ?? throw CommandCatalog.Unknown(words, context.CommandName)
                : null;
            if (name == "help" && CommandCatalog.Groups.ContainsKey(words))
                HelpWriter.WriteGroup(context.Out, words, context.CommandName);
            else if (topic is null)
                HelpWriter.WriteOverview(context.Out, context.CommandName);
            else
                HelpWriter.Write(context.Out, topic.Create(), context.CommandName);
            return 0;
        }
        if (CommandCatalog.Groups.ContainsKey(name))
        {
            var (second, others) = SplitCommand(rest, CommandCatalog.FlagsOf(name));
            if (second is null or "help")
            {
                HelpWriter.WriteGroup(context.Out, name, context.CommandName);
                return 0;
            }
            (name, rest) = ($"{name} {second}", others);
            if (others is [var third, ..] && CommandCatalog.Find($"{name} {third}") is not null)
                (name, rest) = ($"{name} {third}", [.. others.Skip(1)]);
        }
        var command = (CommandCatalog.Find(name) ?? throw CommandCatalog.Unknown(name, context.CommandName)).Create();
        if (CommandLineReader.Read(command, rest, context.CommandName) is not { } invocation)
        {
            HelpWriter.Write(context.Out, command, context.CommandName);
            return 0;
        }
        context.Flags = command.ReadGlobalFlags(invocation, context.Flags);
        command.RefuseUnsupported(invocation);
        return await command.RunAsync(invocation, context, cancellationToken);
    }

    /// <summary>The command is the first argument that is no flag; global flags may stand before it.</summary>
    /// <param name="own">Flags with a value that may stand there too.</param>
    private static (string? Name, IReadOnlyList<string> Arguments) SplitCommand(IReadOnlyList<string> arguments, IReadOnlyList<string>? own = null)
    {
        var before = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument is "--help" or "-h")
                return (null, []);
            if (argument is "--version" or "-v" && before.Count == 0)
                return ("version", []);
            if (!argument.StartsWith('-'))
                return (argument, [.. before, .. arguments.Skip(i + 1)]);
            var isOwn = own?.Contains(argument.Split('=')[0]) ?? false;
            if (argument is not "-D" && argument.Split('=')[0] is not ("--builder" or "--debug") && !isOwn)
                throw new CliException($"unknown flag {argument} before the command; flags of a command come after its name");
            before.Add(argument);
            if ((argument == "--builder" || (isOwn && !argument.Contains('=', StringComparison.Ordinal))) && ++i < arguments.Count)
                before.Add(arguments[i]);
        }
        return (null, []);
    }

    private static (string Message, int ExitCode) Describe(Exception exception) => exception switch
    {
        CliException e => (e.Message, e.ExitCode),
        DriverException e => (e.Message, 1),
        OperationCanceledException => ("canceled", Interrupted),
        Grpc.Core.RpcException { StatusCode: Grpc.Core.StatusCode.Cancelled } => ("canceled", Interrupted),
        Grpc.Core.RpcException e => ($"the builder failed: {e.Status.Detail}", 1),
        AggregateException { InnerException: { } inner } => Describe(inner),
        IOException or UnauthorizedAccessException => (exception.Message, 1),
        _ => ($"internal error: {exception.Message} (run with --debug for details)", 1),
    };
}
