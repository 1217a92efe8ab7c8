using Buildx.Bake.Hcl.Values;

namespace Buildx.Bake.Tests.Hcl;

public sealed class NormalizationTests
{
    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("\u00e9", "\u00e9")]
    [InlineData("a\u0323\u0302", "\u1ead")]
    [InlineData("a\u0302\u0323", "\u1ead")]
    [InlineData("\u1112\u1161\u11ab", "\ud55c")]
    [InlineData("\ud558\u11ab", "\ud55c")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\uf900", "\u8c48")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("名前 😀 ﬁ", "名前 😀 ﬁ")]
    [InlineData("a\u0315\u0300\u05ae\u0062", "\u00e0\u05ae\u0315b")]
    public void Strings_are_kept_composed(string text, string composed)
    {
        Assert.Equal(composed, Normalization.Compose(text));
        Assert.Equal(composed, Normalization.Compose(Normalization.Compose(text)));
    }
}
