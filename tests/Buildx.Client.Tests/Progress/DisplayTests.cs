using System.Text;
using Buildx.Client.Progress;

namespace Buildx.Client.Tests.Progress;

public sealed class DisplayTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly SolveStatus[] Build =
    [
        new() { Vertexes = [new("d1", "[internal] load build context") { Started = Start }, new("d2", "[2/2] RUN make"), new("d0", "[1/2] FROM base")] },
        new()
        {
            Statuses =
            [
                new("transferring context:", "d1") { Current = 1_234_567, Started = Start, Timestamp = Start.AddSeconds(0.2), Completed = Start.AddSeconds(0.2) },
            ],
            Vertexes =
            [
                new("d1", "[internal] load build context") { Started = Start, Completed = Start.AddSeconds(0.31) },
                new("d0", "[1/2] FROM base") { Started = Start.AddSeconds(0.4), Completed = Start.AddSeconds(0.4), IsCached = true },
            ],
        },
        new() { Vertexes = [new("d2", "[2/2] RUN make") { Started = Start.AddSeconds(1) }], Logs = [new("d2", 1, Encoding.UTF8.GetBytes("first\nsec"), Start.AddMilliseconds(1345))] },
        new() { Logs = [new("d2", 1, Encoding.UTF8.GetBytes("ond\n"), Start.AddSeconds(1.5))] },
        new() { Vertexes = [new("d2", "[2/2] RUN make") { Started = Start.AddSeconds(1), Completed = Start.AddSeconds(13.26), Error = "exit code: 2" }] },
    ];

    [Fact]
    public void Plain_looks_as_that_of_BuildKit()
    {
        Assert.Equal(
            """
            #1 [internal] load build context
            #1 transferring context: 1.23MB 0.2s done
            #1 DONE 0.3s

            #2 [1/2] FROM base
            #2 CACHED

            #3 [2/2] RUN make
            #3 0.345 first
            #3 0.345 second
            #3 ERROR: exit code: 2
            ------
             > [2/2] RUN make:
            0.345 first
            0.345 second
            ------

            """,
            Run(output => new PlainDisplay(output, new FixedTime(), cutNames: false, refresh: TimeSpan.FromHours(1))));
    }

    [Fact]
    public void Warnings_are_counted_after_the_build_and_expanded_on_demand()
    {
        BuildWarning[] warnings = [new("d1", "Rule: first") { Detail = ["Why."], Url = "https://example.com/rule" }, new("d1", "Rule: second")];
        using var brief = new StringWriter();
        using var full = new StringWriter();

        WarningReport.Write(brief, warnings, expand: false);
        WarningReport.Write(full, warnings[..1], expand: true);

        Assert.Equal("\n 2 warnings found (use --debug to expand):\n - Rule: first\n - Rule: second\n", brief.ToString());
        Assert.Equal("\n 1 warning found:\n - Rule: first\nWhy.\nMore info: https://example.com/rule\n\n", full.ToString());
    }

    [Fact]
    public void Raw_json_has_the_field_names_of_the_Go_client()
    {
        var lines = Run(output => new RawJsonDisplay(output)).Split('\n');
        Assert.Equal("""{"vertexes":[{"digest":"d1","name":"[internal] load build context","started":"2026-01-02T03:04:05Z"},{"digest":"d2","name":"[2/2] RUN make"},{"digest":"d0","name":"[1/2] FROM base"}]}""", lines[0]);
        Assert.Contains("""{"id":"transferring context:","vertex":"d1","current":1234567,"timestamp":"2026-01-02T03:04:05.2Z","started":"2026-01-02T03:04:05Z","completed":"2026-01-02T03:04:05.2Z"}""", lines[1], StringComparison.Ordinal);
        Assert.Contains("""{"vertex":"d2","stream":1,"data":"Zmlyc3QKc2Vj","timestamp":"2026-01-02T03:04:06.345Z"}""", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Tty_draws_all_steps_in_the_width_of_the_terminal()
    {
        var text = Run(output => new TtyDisplay(output, new FixedTerminal(60, 24), ProgressColors.None, new TtyOptions(Refresh: TimeSpan.FromHours(1)), new FixedTime()));
        var last = text[text.LastIndexOf("[+]", StringComparison.Ordinal)..].Replace("\e[K", "", StringComparison.Ordinal);
        Assert.StartsWith(
            """
            [+] Building 0.0s (3/3) FINISHED
             => [internal] load build context                      0.3s
             => => transferring context: 1.23MB                    0.2s
             => CACHED [1/2] FROM base                             0.0s
             => ERROR [2/2] RUN make                              12.3s

            """,
            last, StringComparison.Ordinal);
        Assert.All(text.Split('\n').Where(line => line.Contains("=>", StringComparison.Ordinal)), line => Assert.InRange(Visible(line), 0, 60));
    }

    [Fact]
    public void Tty_shows_the_log_of_running_steps()
    {
        var output = new StringWriter();
        using var display = new TtyDisplay(output, new FixedTerminal(60, 24), ProgressColors.Default, new TtyOptions(Refresh: TimeSpan.FromHours(1)), new FixedTime());
        foreach (var status in Build[..^1])
        {
            display.Report(status);
            Thread.Sleep(110);
        }
        Assert.Contains(" => => # second", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\e[34m => [internal] load build context", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_weak_group_is_hidden_and_a_group_is_one_step()
    {
        var status = new BuildStatus();
        status.Apply(new SolveStatus
        {
            Vertexes =
            [
                new("a", "x") { Group = new("g", "merging", false), Started = Start, Completed = Start.AddSeconds(1) },
                new("b", "y") { Group = new("g", "merging", false), Started = Start, Completed = Start.AddSeconds(2) },
                new("c", "z") { Group = new("w", "weak", true), Started = Start },
            ],
        });
        var step = Assert.Single(status.Steps);
        Assert.Equal("merging", step.Name);
        Assert.Equal(TimeSpan.FromSeconds(2), step.GetDuration(Start));
        Assert.Equal((1, 1), (status.CompletedCount, status.TotalCount));
    }

    [Fact]
    public void Colours_follow_the_environment()
    {
        Assert.Equal("\e[32m", ProgressColors.Read(name => name == "BUILDKIT_COLORS" ? "run=green:error=1,2,3:bad" : null).Run);
        Assert.Equal("\e[38;2;1;2;3m", ProgressColors.Read(name => name == "BUILDKIT_COLORS" ? "run=green:error=1,2,3:bad" : null).Error);
        Assert.Equal("", ProgressColors.Read(name => name == "NO_COLOR" ? "1" : null).Run);
    }

    private static string Run(Func<TextWriter, ProgressDisplay> create)
    {
        var output = new StringWriter();
        using (var display = create(output))
        {
            foreach (var status in Build)
            {
                display.Report(status);
                Thread.Sleep(110);
            }
        }
        return output.ToString();
    }

    private static int Visible(string line) =>
        System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[?0-9;]*[A-Za-z]", "").TrimStart('\r').Length;

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Start;
    }

    private sealed class FixedTerminal(int width, int height) : ITerminal
    {
        public (int Width, int Height) Size => (width, height);
    }
}
