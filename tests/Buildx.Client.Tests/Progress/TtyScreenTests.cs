using System.Text;
using Buildx.Client.Progress;

namespace Buildx.Client.Tests.Progress;

/// <summary>What a terminal shows in the end, and in between.</summary>
public sealed class TtyScreenTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(120, 40)]
    [InlineData(60, 24)]
    [InlineData(40, 24)]
    [InlineData(20, 24)]
    [InlineData(9, 24)]
    [InlineData(80, 5)]
    [InlineData(80, 2)]
    public void In_the_end_each_step_is_there_once_whatever_the_size(int width, int height)
    {
        var screen = new Screen(width, height);

        Build(screen, new Dictionary<int, (int, int)>());

        Assert.Equal(7, screen.Rows.Count(row => row.Length > 0));
        Assert.Equal(1, screen.Rows.Count(row => row.StartsWith("[+] ", StringComparison.Ordinal)));
        foreach (var name in new[] { "[1/6]", "CACHED", "[3/6]", "[4/6]", "[5/6]", "[6/6]" })
            Assert.Single(screen.Rows, row => row.StartsWith(TerminalText.Cut($" => {name}", width - 1), StringComparison.Ordinal));
    }

    [Fact]
    public void A_window_that_becomes_narrower_and_wider_again_while_it_builds_keeps_nothing_of_earlier_frames()
    {
        var screen = new Screen(120, 40);

        Build(screen, new Dictionary<int, (int, int)> { [2] = (60, 40), [4] = (35, 40), [6] = (120, 40), [8] = (50, 40) });

        Assert.Equal(7, screen.Rows.Count(row => row.Length > 0));
    }

    [Fact]
    public void Wide_characters_and_emoji_leave_the_times_where_they_belong()
    {
        var screen = new Screen(40, 24);

        Build(screen, new Dictionary<int, (int, int)>());

        var row = Assert.Single(screen.Rows, row => row.Contains("中文", StringComparison.Ordinal));
        Assert.Matches("^ => \\[3/6\\] RUN echo 中文.* [0-9]+\\.[0-9]s$", row);
        Assert.Equal(39, TerminalText.Width(row));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("10%\r20%\r", "20%\r")]
    [InlineData("10%\r20%", "20%")]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("\e[2J\e[Hcleared", "cleared")]
    [InlineData("\e]0;a title\atext", "text")]
    [InlineData("\e]8;;http://example.com\e\\link\e]8;;\e\\", "link")]
    [InlineData("\e(Bset\e7\e8", "set")]
    [InlineData("\u009b31mred", "red")]
    [InlineData("a\tb\bc\a", "a bc")]
    [InlineData("unfinished\e", "unfinished")]
    [InlineData("unfinished\e[3", "unfinished")]
    public void Nothing_in_a_log_moves_the_cursor(string line, string shown) => Assert.Equal(shown.TrimEnd('\r'), TerminalText.Clean(line));

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("中文", 4)]
    [InlineData("🚀", 2)]
    [InlineData("e\u0301", 1)]
    [InlineData("", 0)]
    public void Text_is_measured_in_columns(string text, int width) => Assert.Equal(width, TerminalText.Width(text));

    [Fact]
    public void A_character_that_does_not_fit_is_left_out_whole()
    {
        Assert.Equal("ab", TerminalText.Cut("ab中", 3));
        Assert.Equal("ab中", TerminalText.Cut("ab中", 4));
        Assert.Equal("🚀", TerminalText.Cut("🚀🚀", 3));
    }

    [Fact]
    public void The_end_of_a_failed_steps_log_can_t_change_the_terminal_and_leaves_room_for_the_rest()
    {
        var status = new BuildStatus();
        status.Apply(new SolveStatus
        {
            Vertexes = [new("d", "RUN make\e[2J with a long line of arguments") { Started = Start, Completed = Start, Error = "exit code: 2" }],
            Logs = [new("d", 1, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20).Select(i => $"\e[5Aline {i}\e[0m\r\n"))), Start)],
        });
        using var output = new StringWriter();

        FailureReport.WriteLogs(output, status, (30, 24));

        Assert.DoesNotContain('\e', output.ToString());
        Assert.Equal(
            ["------", " > RUN make with a long line:", .. Enumerable.Range(13, 7).Select(i => $"0.000 line {i}"), "------", ""],
            output.ToString().Replace("\r", "", StringComparison.Ordinal).Split('\n'));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_progress_bar_has_drawn_over_is_not_kept(bool isPrinted)
    {
        var log = new StepLog { IsPrinted = isPrinted };
        for (var i = 0; i < 10_000; i++)
        {
            log.Append(new("d", 1, Encoding.UTF8.GetBytes($"\rdownloading {i} of 10000"), Start), Start);
            // As a display does that prints.
            log.PrintedOfOpenLine = log.Lines[^1].Length;
        }
        log.Append(new("d", 1, "\rdone\nnext\n"u8.ToArray(), Start), Start);

        Assert.InRange(log.Lines[0].Length, 1, 5000);
        Assert.EndsWith("\rdone", log.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith("0.000 ", log.Lines[0], StringComparison.Ordinal);
        Assert.Equal("0.000 next", log.Lines[1]);
    }

    /// <summary>Six steps; the third writes much and has a name in wide characters.</summary>
    /// <param name="sizes">To what the window changes before which frame.</param>
    private static void Build(Screen screen, Dictionary<int, (int Width, int Height)> sizes)
    {
        string[] names = ["[1/6] FROM base", "[2/6] COPY . .", "[3/6] RUN echo 中文宽字符 🚀🎉 and more text that goes on and on and on", "[4/6] RUN b", "[5/6] RUN c", "[6/6] RUN d"];
        using var display = new TtyDisplay(screen, screen, ProgressColors.Default, new TtyOptions(), new Clock());
        var frame = 0;
        for (var i = 0; i < names.Length; i++)
        {
            var vertex = new VertexState($"d{i}", names[i]) { Started = Start.AddSeconds(i), IsCached = i == 1 };
            Report(new SolveStatus { Vertexes = [vertex], Logs = [new($"d{i}", 1, Encoding.UTF8.GetBytes("line 中文 🚀 with much text, more than most windows have columns \e[3A\r\n"), Start)] });
            Report(new SolveStatus { Vertexes = [vertex with { Completed = Start.AddSeconds(i + 0.5) }] });
        }

        void Report(SolveStatus status)
        {
            if (sizes.TryGetValue(frame++, out var size))
                screen.Resize(size.Width, size.Height);
            display.Report(status);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Start;
    }
}
