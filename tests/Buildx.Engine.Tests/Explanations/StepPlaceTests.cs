using Buildx.Engine.Explanations;

namespace Buildx.Engine.Tests.Explanations;

public sealed class StepPlaceTests
{
    [Theory]
    [InlineData("[2/5] RUN make", "")]
    [InlineData("[build 2/5] RUN make", "build")]
    [InlineData("[build  2/15] RUN make", "build")]
    [InlineData("[linux/arm64 build 2/5] RUN make", "build")]
    [InlineData("[linux/amd64->arm64 build 2/5] RUN make", "build")]
    [InlineData("[internal] preparing inline document", "internal")]
    [InlineData("copy a b", "")]
    public void The_stage_is_read_from_the_step_s_name(string name, string stage) => Assert.Equal(stage, StepPlace.StageOf(name));
}
