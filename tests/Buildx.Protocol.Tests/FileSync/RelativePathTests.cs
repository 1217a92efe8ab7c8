using System.Text;
using Buildx.Protocol.FileSync;
using FsCheck;
using FsCheck.Fluent;

namespace Buildx.Protocol.Tests.FileSync;

public sealed class RelativePathTests
{
    private static readonly Gen<string> Path =
        from parts in Gen.NonEmptyListOf(
            from characters in Gen.NonEmptyListOf(Gen.Elements("a", "b", "-", ".", "0", "é", "\uffee", "😀", "\ue000"))
            select string.Concat(characters))
        select string.Join('/', parts);

    [Fact]
    public void The_order_is_that_of_the_components_bytes() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Path.Two().ToArbitrary(), pair =>
            Math.Sign(RelativePath.Compare(pair.Item1, pair.Item2)) == Math.Sign(CompareSlowly(pair.Item1, pair.Item2))));

    [Fact]
    public void Names_are_ordered_by_their_bytes() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Path.Two().ToArbitrary(), pair =>
        {
            var (a, b) = (pair.Item1.Replace("/", "", StringComparison.Ordinal), pair.Item2.Replace("/", "", StringComparison.Ordinal));
            return Math.Sign(RelativePath.CompareNames(a, b)) == Math.Sign(Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));
        }));

    [Fact]
    public void A_walk_is_in_order() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(Gen.ListOf(Path).ToArbitrary(), paths =>
        {
            using var tree = new TestTree();
            foreach (var path in paths.Where(path => path.Split('/').All(part => part.Trim('.').Length > 0) && path.Length < 60))
            {
                try
                {
                    tree.Add(path);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // A file has the name of a directory.
                }
            }
            var walked = tree.Paths();
            return walked.Zip(walked.Skip(1)).All(pair => RelativePath.Compare(pair.First, pair.Second) < 0);
        }));

    [Theory]
    [InlineData("a/./b//c/", "a/b/c")]
    [InlineData("a/../../b", "../b")]
    [InlineData("/../a", "/a")]
    [InlineData("", ".")]
    [InlineData("a/..", ".")]
    [InlineData("/", "/")]
    public void Cleaning_is_lexical(string path, string expected) => Assert.Equal(expected, RelativePath.Clean(path));

    private static int CompareSlowly(string left, string right)
    {
        var (a, b) = (left.Split('/'), right.Split('/'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = Encoding.UTF8.GetBytes(a[i]).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b[i]));
            if (order != 0)
                return order;
        }
        return a.Length.CompareTo(b.Length);
    }
}
