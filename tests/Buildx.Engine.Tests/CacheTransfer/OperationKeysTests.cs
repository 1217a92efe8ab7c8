using Buildx.Engine.CacheTransfer.Keys;
using Buildx.Oci;

namespace Buildx.Engine.Tests.CacheTransfer;

public sealed class OperationKeysTests
{
    [Fact]
    public void Text_is_escaped_as_Go_does() => Assert.Equal(
        "\"a\\\"b\\\\\\n\\u003c\\u003e\\u0026\\u0001é\\u2028\"", new GoJson().Text("a\"b\\\n<>&\u0001é\u2028").ToString());

    [Fact]
    public void Empty_fields_are_left_out() => Assert.Equal(
        """{"a":"x","list":[{"n":1},{}]}""",
        new GoJson().Object(json => json.Field("none", "").Field("a", "x").Field("zero", 0)
            .Field("list", (int[])[1, 0], (item, number) => item.Object(fields => fields.Field("n", number)))).ToString());

    [Theory]
    [InlineData("/a/b", "b")]
    [InlineData("/", "/")]
    [InlineData("", ".")]
    [InlineData("a/", "a")]
    public void The_last_element_of_a_path_is_found_as_Go_does(string path, string last) => Assert.Equal(last, UnixPath.FileName(path));

    [Fact]
    public void Paths_inside_of_others_say_nothing_more() => Assert.Equal(
        ["/a", "/ab"], ChecksumSelection.Outermost(["/a/b", "/a", "/ab", "/a"]));
}
