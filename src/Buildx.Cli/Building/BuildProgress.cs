using Buildx.Cli.Terminal;
using Buildx.Client.Progress;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Building;

/// <summary>The display that <c>--progress</c> asks for.</summary>
internal static class BuildProgress
{
    public static readonly IReadOnlyList<string> Modes = ["auto", "none", "plain", "quiet", "rawjson", "tty"];

    /// <exception cref="CliException">A terminal is asked for, and there is none.</exception>
    public static ProgressDisplay CreateDisplay(CliContext context, BuilderRecord builder, string progress)
    {
        var mode = progress switch
        {
            "plain" => ProgressMode.Plain,
            "tty" => ProgressMode.Tty,
            "rawjson" => ProgressMode.RawJson,
            "quiet" => ProgressMode.Quiet,
            "none" => ProgressMode.None,
            _ => ProgressMode.Auto,
        };
        var terminal = ErrorTerminal.Find();
        if (mode == ProgressMode.Tty && terminal is null)
            throw new CliException("--progress=tty needs a terminal; use --progress=plain");
        if (mode == ProgressMode.Auto)
            mode = terminal is not null && ErrorTerminal.CanDraw ? ProgressMode.Tty : ProgressMode.Plain;
        return ProgressDisplay.Create(
            mode, mode == ProgressMode.Tty ? ErrorTerminal.Open() : context.Error, terminal,
            description: $"building with \"{builder.Name}\" instance using {builder.Driver} driver", shortDescription: $"{builder.Driver}:{builder.Name}");
    }

    /// <summary>What <c>--progress</c> says, else the environment.</summary>
    /// <param name="isOpen">Whether nothing else on the command line says how it is shown.</param>
    /// <exception cref="CliException">There is no such mode.</exception>
    public static string ReadMode(string? flag, bool isOpen)
    {
        var mode = flag ?? "auto";
        // The variable says how it is done where nothing else is asked for.
        if (mode == "auto" && isOpen && Environment.GetEnvironmentVariable("BUILDKIT_PROGRESS") is { Length: > 0 } variable)
            mode = variable;
        return CheckMode(mode);
    }

    /// <exception cref="CliException">There is no such mode.</exception>
    public static string CheckMode(string mode) =>
        Modes.Contains(mode) ? mode : throw new CliException($"--progress: there is no mode \"{mode}\" (want one of {string.Join(", ", Modes)})");
}
