namespace Buildx.Cli.Debugging;

/// <param name="Usage">What follows its name.</param>
internal sealed record MonitorCommand(string Name, string Usage, string Summary, string Details = "")
{
    /// <summary>All of them, as <c>help</c> lists them.</summary>
    public static IReadOnlyList<MonitorCommand> All { get; } =
    [
        new("attach", "PID", "join the terminal with a process of the container", "PID is shown by ps. Ctrl-a c switches between the process and the monitor, Ctrl-a d leaves the process alone."),
        new("exec", "COMMAND [ARG...]", "run a command in the container", "Where the container has ended, it runs in a new one."),
        new("exit", "", "leave the monitor; the build goes on to its end"),
        new("help", "[COMMAND]", "list the commands, or tell more about one"),
        new("ps", "", "list what runs in the container"),
        new("reload", "", "build anew, with the Dockerfile and the context as they are now"),
        new("rollback", "[--init] [COMMAND [ARG...]]", "end the container and enter a new one", "Its files are as the step has left them; with --init as the step has found them.\nWithout a COMMAND, what --invoke says runs in it, or a shell."),
    ];
}
