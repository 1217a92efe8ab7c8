using Buildx.Engine.ContentHashing;
using Buildx.Engine.Trees;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.ContentHashing;

public sealed class TreeSurveyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("touch d/f")]
    [InlineData("chmod 600 d/f")]
    [InlineData("mv d/f d/g")]
    [InlineData("mv d/f f")]
    [InlineData("rm d/f")]
    [InlineData("mkdir e")]
    [InlineData("ln -sfn g l")]
    [InlineData("touch -r d/f ref; echo y > d/f; touch -r ref d/f; rm ref")]
    public async Task The_stamp_tells_that_something_was_touched(string change)
    {
        await ShellAsync("mkdir d; echo x > d/f; ln -s f l");
        var before = await SurveyAsync();
        Assert.Equal(before.Stamp, (await SurveyAsync()).Stamp);
        Assert.Equal(2, before.Size);
        await ShellAsync(change);
        Assert.NotEqual(before.Stamp, (await SurveyAsync()).Stamp);
    }

    private Task<TreeSurvey> SurveyAsync() =>
        TreeSurvey.TakeAsync(new FileTree(_directory.Path), TimeProvider.System, TestContext.Current.CancellationToken);

    private Task ShellAsync(string script) => new Tool("sh") { WorkingDirectory = _directory.Path }.SucceedAsync("-ec", script);
}
