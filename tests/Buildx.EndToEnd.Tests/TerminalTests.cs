using System.Text.RegularExpressions;

namespace Buildx.EndToEnd.Tests;

/// <summary>What people see who build at a terminal: a real one, of a size of its own.</summary>
public sealed partial class TerminalTests(BaseImageRegistry bases)
{
    private const int Width = 40;
    private const int Height = 20;

    [Fact]
    public async Task Thousands_of_lines_with_control_sequences_leave_the_terminal_and_the_width_of_its_lines_alone()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", """
            FROM busybox:1.36
            RUN for i in $(seq 30); do for j in $(seq 100); do printf '\033[2J\033[H\033]0;title\007line %s 中文 🚀 and as much text as no line of the terminal has\r\n' $j; done; sleep 0.1; done
            RUN for i in $(seq 10); do printf '\r%s0%% \033[77A' $i; sleep 0.05; done
            """);

        var (exitCode, output) = await BuildAsync(place, "xterm");

        Assert.Equal(0, exitCode);
        Assert.Contains("line 100 中文 🚀", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[2J", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[H", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[77A", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\a", output, StringComparison.Ordinal);
        // Some frames a second, however much is written.
        Assert.InRange(output.Length, 1, 300_000);
        Assert.All(output.Split('\n').Where(line => line.Contains(" => ", StringComparison.Ordinal)), line => Assert.InRange(Sequence().Replace(line, "").TrimEnd('\r').Length, 0, Width - 1));
        var last = output[output.LastIndexOf("[+] ", StringComparison.Ordinal)..];
        Assert.Single(Regex.Matches(last, Regex.Escape("=> [2/3] RUN for i")));
        Assert.Single(Regex.Matches(last, Regex.Escape("=> [3/3] RUN for i")));
    }

    [Fact]
    public async Task A_failed_build_ends_in_a_summary_that_fits_on_the_screen()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN seq 50; absent\n");

        var (exitCode, output) = await BuildAsync(place, "xterm");

        Assert.Equal(1, exitCode);
        var summary = Sequence().Replace(output[output.IndexOf("------", StringComparison.Ordinal)..], "").Replace("\r", "", StringComparison.Ordinal);
        Assert.Matches(@"^------\n > \[2/2\] RUN seq 50; absent:\n[0-9.]+ 49\n[0-9.]+ 50\n[0-9.]+ /bin/sh: absent: not found\n------\n", summary);
        Assert.Contains("   2 | >>> RUN seq 50; absent\n", summary, StringComparison.Ordinal);
        Assert.Contains("ERROR: failed to build: ", summary, StringComparison.Ordinal);
        Assert.Contains("→ 127 says that a program was not found", summary, StringComparison.Ordinal);
        var log = Assert.Single(Regex.Matches(summary, "→ the whole log: buildx history logs ([a-z0-9]+)\n"));
        Assert.Contains(" 17\n", (await place.Tool(Repository.Executable).SucceedAsync("history", "logs", log.Groups[1].Value)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_that_can_t_move_its_cursor_gets_plain_lines()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo hello\n");

        var (exitCode, output) = await BuildAsync(place, "dumb");

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain('\e', output);
        Assert.Matches(@"#[0-9]+ [0-9.]+ hello\r?\n", output);
    }

    private static async Task<(int ExitCode, string Output)> BuildAsync(Workplace place, string terminal)
    {
        place.Environment["TERM"] = terminal;
        // Standard output is a file: the size is that of the terminal that is drawn on.
        var built = await place.Tool("script").ExecuteAsync("-qec", $"stty cols {Width} rows {Height}; '{Repository.Executable}' build . > '{place.Path}/output'", "/dev/null");
        return (built.ExitCode, built.Output);
    }

    [GeneratedRegex(@"\e\[[?0-9;]*[A-Za-z]")]
    private static partial Regex Sequence();
}
