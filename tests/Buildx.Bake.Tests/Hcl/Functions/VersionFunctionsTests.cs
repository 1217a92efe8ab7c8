namespace Buildx.Bake.Tests.Hcl.Functions;

/// <summary>Newer than the Buildx that the other functions are compared with.</summary>
public sealed class VersionFunctionsTests
{
    [Theory]
    [InlineData("1.2.3", ">= 1.2", true)]
    [InlineData("1.2.3", "^1.2", true)]
    [InlineData("2.0.0", "^1.2", false)]
    [InlineData("1.2.3", "~1.2", true)]
    [InlineData("1.3.0", "~1.2", false)]
    [InlineData("1.3.0", "~1", true)]
    [InlineData("1.2.3", "1.2.x", true)]
    [InlineData("1.2.3", "1.x", true)]
    [InlineData("2.2.3", "1.x", false)]
    [InlineData("1.2.3", "*", true)]
    [InlineData("1.2.3-rc.1", ">= 1.0", false)]
    [InlineData("1.2.3-rc.1", ">= 1.0.0-0", true)]
    [InlineData("v1.2.3", "= 1.2.3", true)]
    [InlineData("1.2.3", "!= 1.2.3", false)]
    [InlineData("1.2.3", "!= 1.2", false)]
    [InlineData("1.3.0", "!= 1.2", true)]
    [InlineData("1.2.3", "> 1.2", false)]
    [InlineData("1.3.0", "> 1.2", true)]
    [InlineData("1.2.3", "<= 1.2", true)]
    [InlineData("1.3.0", "=< 1.2", false)]
    [InlineData("1.2.3", "1.0 - 2.0", true)]
    [InlineData("2.0.1", "1.0.0 - 2.0.0", false)]
    [InlineData("1.2.3", ">= 1.0, < 2.0 || > 5", true)]
    [InlineData("3.0.0", ">= 1.0 < 2.0 || > 5", false)]
    [InlineData("0.2.3", "^0.2", true)]
    [InlineData("0.3.0", "^0.2", false)]
    [InlineData("0.0.3", "^0.0.3", true)]
    [InlineData("0.0.4", "^0.0.3", false)]
    [InlineData("1.2.3-alpha.1", "> 1.2.3-alpha.beta", false)]
    [InlineData("1.2.3-alpha.10", "> 1.2.3-alpha.9", true)]
    [InlineData("1.2.3+build", "1.2.3", true)]
    [InlineData("1.2.3-alpha", "1.2.3-alpha", true)]
    [InlineData("1", "1.0.0", true)]
    [InlineData("01.2", ">= 1", true)]
    public void A_version_is_held_against_a_constraint(string version, string constraint, bool isMet) =>
        Assert.Equal(isMet, Library.Value($"semvercmp(\"{version}\", \"{constraint}\")").AsBool);

    [Theory]
    [InlineData("semvercmp(\"x\", \"1\")", "1:11: semvercmp: version is no semantic version: \"x\"")]
    [InlineData("semvercmp(\"1.0.0-01\", \"1\")", "1:11: semvercmp: version is no semantic version: \"1.0.0-01\"")]
    [InlineData("semvercmp(\"1\", \"nope\")", "1:16: semvercmp: contraint is no constraint of versions: \"nope\"")]
    public void What_is_none_is_an_error(string expression, string error) => Assert.Equal(error, Library.Error(expression));
}
