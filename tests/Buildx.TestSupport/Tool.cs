using System.Text;
using CliWrap;

namespace Buildx.TestSupport;

/// <summary>Runs a program to its end, with its output at hand. The time-out keeps a hanging one from hanging the tests.</summary>
public sealed record Tool(string Name)
{
    public string? WorkingDirectory { get; init; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    public string? Input { get; init; }

    /// <summary>Runs it and returns what it wrote to stdout; fails with all its output when the exit code is not 0.</summary>
    public static async Task<string> RunAsync(string name, params string[] arguments) => (await new Tool(name).SucceedAsync(arguments)).Output;

    public async Task<ToolResult> SucceedAsync(params string[] arguments)
    {
        var result = await ExecuteAsync(arguments);
        return result.ExitCode == 0
            ? result
            : throw new InvalidOperationException($"{Name} {string.Join(' ', arguments)} ended with {result.ExitCode}\n{result.Output}{result.Error}");
    }

    public async Task<ToolResult> ExecuteAsync(params string[] arguments)
    {
        var (output, error) = (new StringBuilder(), new StringBuilder());
        using var timeout = new CancellationTokenSource(Timeout);
        try
        {
            var command = Cli.Wrap(Name)
                .WithArguments(arguments)
                .WithEnvironmentVariables(Environment)
                .WithStandardInputPipe(Input is null ? PipeSource.Null : PipeSource.FromString(Input))
                .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output))
                .WithStandardErrorPipe(PipeTarget.ToStringBuilder(error))
                .WithValidation(CommandResultValidation.None);
            if (WorkingDirectory is not null)
                command = command.WithWorkingDirectory(WorkingDirectory);
            var result = await command.ExecuteAsync(timeout.Token);
            return new ToolResult(result.ExitCode, output.ToString(), error.ToString(), result.RunTime);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} {string.Join(' ', arguments)} did not end within {Timeout}\n{output}{error}");
        }
    }
}
