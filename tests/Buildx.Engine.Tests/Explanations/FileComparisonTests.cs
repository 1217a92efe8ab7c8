using Buildx.Engine.Explanations;
using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Tests.Explanations;

public sealed class FileComparisonTests
{
    private const uint File = 0x8000 | 0b110_100_100;
    private const uint Directory = 0x4000 | 0b111_101_101;

    [Fact]
    public void A_directory_that_is_new_says_it_for_all_that_is_in_it() =>
        Assert.Equal(["new added"], Compare([], [("/new", Print(Directory)), ("/new/a", Print(File, 1)), ("/new/sub", Print(Directory)), ("/new/sub/b", Print(File, 2))]));

    [Fact]
    public void A_file_that_is_gone_and_one_with_its_content_are_one_renamed_file() =>
        Assert.Equal(["b renamed"], Compare([("/a", Print(File, 1))], [("/b", Print(File, 1))]));

    [Fact]
    public void Which_of_two_equal_files_was_renamed_is_not_guessed() =>
        Assert.Equal(["a removed", "b removed", "c added"], Compare([("/a", Print(File, 1)), ("/b", Print(File, 1))], [("/c", Print(File, 1))]));

    [Fact]
    public void What_differs_of_a_file_is_told() =>
        Assert.Equal(
            ["a content", "b mode", "c owner", "d kind"],
            Compare(
                [("/a", Print(File, 1)), ("/b", Print(File, 1)), ("/c", Print(File, 1)), ("/d", Print(File, 1)), ("/e", Print(File, 1))],
                [("/a", Print(File, 2)), ("/b", Print(File | 1, 1)), ("/c", Print(File, 1) with { Uid = 7 }), ("/d", Print(Directory)), ("/e", Print(File, 1))]));

    [Fact]
    public void Of_many_files_the_first_are_named_and_the_others_counted()
    {
        var causes = FileComparison.Compare(Sorted([]), Sorted([.. Enumerable.Range(0, 1000).Select(i => ($"/{i:0000}", Print(File, (ulong)i)))]), "context");

        Assert.Equal(51, causes.Count);
        Assert.Equal(new StepCause(CauseKinds.Files, "950", Of: "context"), causes[^1]);
    }

    private static string[] Compare((string Path, FilePrint Print)[] before, (string Path, FilePrint Print)[] now) =>
        [.. FileComparison.Compare(Sorted(before), Sorted(now), "context").Select(cause => $"{cause.Subject} {cause.Change}")];

    private static SortedDictionary<string, FilePrint> Sorted((string Path, FilePrint Print)[] files) =>
        new(files.ToDictionary(file => file.Path, file => file.Print), StringComparer.Ordinal);

    private static FilePrint Print(uint mode, ulong content = 0) => new(mode, 0, 0, 10, content, "", 0);
}
