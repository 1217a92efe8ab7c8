using Buildx.Cli.Building;
using Buildx.Cli.Values;

namespace Buildx.Cli.Tests.Building;

public sealed class SecretProviderTests
{
    [Fact]
    public async Task A_secret_that_was_not_given_is_no_secret_of_no_bytes() =>
        Assert.Null(await new SecretProvider([new SecretSpec("given", "file", null)]).GetSecretAsync("other", TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_secret_is_the_content_of_its_file()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "content", TestContext.Current.CancellationToken);
        var found = await new SecretProvider([new SecretSpec("given", file, null)]).GetSecretAsync("given", TestContext.Current.CancellationToken);
        File.Delete(file);
        Assert.Equal("content"u8.ToArray(), found!.Value.ToArray());
    }
}
