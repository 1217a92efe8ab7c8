using Buildx.Engine.Operations.Files;
using Buildx.Linux;
using Buildx.TestSupport;
using FsCheck;
using FsCheck.Fluent;

namespace Buildx.Engine.Tests.Operations.Files;

public sealed class ModeChangeTests
{
    [Fact]
    public async Task Any_symbolic_change_does_what_chmod_does()
    {
        var clause =
            from who in Gen.Elements("u", "g", "o", "a", "ug", "go", "uo", "ugo")
            from operation in Gen.Elements("+", "-", "=")
            from permissions in Gen.Elements("r", "w", "x", "X", "rw", "rX", "rwx", "wx", "", "s", "t", "u", "g", "o")
            select who + operation + permissions;
        var text = from count in Gen.Choose(1, 3) from clauses in Gen.ArrayOf(clause, count) select string.Join(',', clauses);
        var cases = (from change in text from mode in Gen.Choose(0, 0xfff) select (change, mode)).Sample(200, 10).ToArray();
        using var directory = new TemporaryDirectory();
        var script = string.Join('\n', cases.Select((c, i) => $"touch {i}; chmod {Convert.ToString(c.mode, 8).PadLeft(4, '0')} {i}; chmod {c.change} {i}"));
        await new Tool("sh") { WorkingDirectory = directory.Path, Input = "umask 0\n" + script }.SucceedAsync("-e");
        for (var i = 0; i < cases.Length; i++)
        {
            var theirs = FileSystem.GetStatusAt(null, Path.Combine(directory.Path, i.ToString(System.Globalization.CultureInfo.InvariantCulture))).Permissions;
            var ours = ModeChange.Parse(cases[i].change).Apply((uint)cases[i].mode, isDirectory: false);
            Assert.True(theirs == ours, $"{Convert.ToString(cases[i].mode, 8)} {cases[i].change}: chmod {Convert.ToString(theirs, 8)}, ours {Convert.ToString(ours, 8)}");
        }
    }

    [Theory]
    [InlineData("0755", 0u, 0x1edu)]
    [InlineData("4711", 0u, 0x9c9u)]
    [InlineData("a+X", 0x1a4u, 0x1a4u)]
    [InlineData("+x", 0x1a4u, 0x1edu)]
    public void Examples(string text, uint mode, uint expected) => Assert.Equal(expected, ModeChange.Parse(text).Apply(mode, isDirectory: false));

    [Theory]
    [InlineData("")]
    [InlineData("999")]
    [InlineData("u")]
    [InlineData("u+q")]
    [InlineData("u+x,")]
    [InlineData("17777")]
    public void Other_texts_are_refused(string text) => Assert.False(ModeChange.TryParse(text, out _));
}
