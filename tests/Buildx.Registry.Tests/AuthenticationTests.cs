using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Registry.Tests;

public class AuthenticationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registry_with_passwords_takes_the_right_one()
    {
        await using var server = await StartWithLoginAsync();
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var image = TestImage.Make();
        var repository = client.Open(server.Host, "a", new FixedCredentials(server.Host, RegistryCredential.FromPassword("me", "päss:word")));
        await image.PushAsync(repository, "t", Cancellation);
        Assert.Equal(image.Config, await repository.ReadBlobAsync(image.ConfigDescriptor, Cancellation));
    }

    [Fact]
    public async Task Missing_credentials_are_explained()
    {
        await using var server = await StartWithLoginAsync();
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var error = await Assert.ThrowsAsync<RegistryException>(
            () => TestImage.Make().PushAsync(client.Open(server.Host, "a", AnonymousCredentials.Instance), "t", Cancellation));
        Assert.Equal(RegistryErrorKind.Unauthorized, error.Kind);
        Assert.Contains($"`docker login {server.Host}`", error.Message);
    }

    [Fact]
    public async Task Wrong_credentials_are_explained_and_not_shown()
    {
        await using var server = await StartWithLoginAsync();
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var error = await Assert.ThrowsAsync<RegistryException>(() => TestImage.Make().PushAsync(
            client.Open(server.Host, "a", new FixedCredentials(server.Host, RegistryCredential.FromPassword("me", "hunter2"))), "t", Cancellation));
        Assert.Equal(RegistryErrorKind.Unauthorized, error.Kind);
        Assert.Contains("does not accept the credentials", error.Message);
        Assert.Contains($"`docker login {server.Host}`", error.Message);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    [Theory]
    [InlineData("realm=\"https://auth.test/token\",service=\"r\",scope=\"repository:a/b:pull,push repository:c:pull\"", "https://auth.test/token", "r")]
    [InlineData("service=r, realm=\"https://auth.test/token\" , scope=\"registry:catalog:*\"", "https://auth.test/token", "r")]
    [InlineData("realm=\"a\\\"b,c\"", "a\"b,c", null)]
    [InlineData("", null, null)]
    public void Challenges_are_read(string text, string? realm, string? service)
    {
        var parameters = AuthenticationChallenge.ParseParameters(text);
        Assert.Equal(realm, parameters.GetValueOrDefault("realm"));
        Assert.Equal(service, parameters.GetValueOrDefault("service"));
    }

    [Fact]
    public void Scopes_of_one_repository_become_one()
    {
        var merged = TokenScope.Merge([TokenScope.Pull("b"), TokenScope.Push("b"), TokenScope.Pull("a")]);
        Assert.Equal(["repository:a:pull", "repository:b:pull,push"], merged.Select(scope => scope.ToString()));
        Assert.True(TokenScope.Covers(merged, [TokenScope.Pull("b")]));
        Assert.False(TokenScope.Covers(merged, [TokenScope.Push("a")]));
    }

    private static Task<RegistryServer> StartWithLoginAsync() =>
        RegistryServer.StartAsync(new RegistryServerOptions { Login = ("me", "päss:word") }, Cancellation);
}
