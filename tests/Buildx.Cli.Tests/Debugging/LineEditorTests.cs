using System.Text;
using Buildx.Cli.Debugging;

namespace Buildx.Cli.Tests.Debugging;

public sealed class LineEditorTests
{
    [Theory]
    [InlineData("ps\r", "ps")]
    [InlineData("px\u007fs\r", "ps")]
    [InlineData("nothing\u0015ps\r", "ps")]
    [InlineData("exec ls\u0017\u0017ps\r", "ps")]
    [InlineData("s\u001b[Dp\u001b[F \r", "ps ")]
    [InlineData("s\u001b[Hp\r", "ps")]
    [InlineData("ps\u001b[D\u001b[3~\r", "p")]
    [InlineData("wrong\u0003ps\r", "ps")]
    [InlineData("grüße 🐳\r", "grüße 🐳")]
    [InlineData("\u0003", "exit")]
    [InlineData("\u0004", "exit")]
    [InlineData("first\rsecond\r\u001b[A\u001b[A\r", "first|second|first")]
    [InlineData("first\r\u001b[A\u001b[Bnew\r", "first|new")]
    public void A_line_is_what_was_typed_and_corrected(string typed, string expected)
    {
        var editor = new LineEditor(_ => { });
        var lines = Encoding.UTF8.GetBytes(typed).Select(editor.Accept).OfType<string>();

        Assert.Equal(expected, string.Join('|', lines));
    }

    [Fact]
    public void What_is_typed_is_shown_behind_the_prompt()
    {
        var shown = new StringBuilder();
        var editor = new LineEditor(text => shown.Append(text));

        editor.Show();
        foreach (var key in "ab\u001b[D"u8.ToArray())
            editor.Accept(key);

        Assert.EndsWith("\r(buildx) ab\u001b[K\u001b[1D", shown.ToString(), StringComparison.Ordinal);
    }
}
