using System.CommandLine;
using Buildx.Cli.CommandLine;

namespace Buildx.Cli.Debugging;

/// <summary>The flags of <c>debug</c>, which may stand before <c>build</c> or behind it.</summary>
internal sealed class DebugFlags
{
    public Option<string?> Invoke { get; } =
        Flag.Text("--invoke", "What runs in the container: default (a shell), a program, or args=,entrypoint=,env=,user=,cwd=,tty=", "COMMAND");

    public Option<string?> On { get; } = Flag.Text("--on", "When the monitor opens: error (default; also after a build that went well if --invoke is given) or always", "MOMENT");

    /// <exception cref="CliException">A value is wrong.</exception>
    public DebugRequest Read(CommandInvocation invocation)
    {
        var invoke = invocation.Get(Invoke);
        var always = invocation.Get(On) switch
        {
            // Who names a program without a moment wants to see it run.
            null => invoke is not (null or "" or "on-error"),
            "always" => true,
            "error" => false,
            var other => throw new CliException($"--on: there is no moment \"{other}\" (want error or always)"),
        };
        return new DebugRequest(InvokeSpec.Parse(invoke ?? ""), always);
    }
}
