using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Registry.Tests;

public class TokenAuthenticationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static RegistryCredential Me => RegistryCredential.FromPassword(TokenServer.UserName, TokenServer.Password);

    [Fact]
    public async Task One_token_serves_a_whole_push_and_a_pull()
    {
        using var tokens = new TokenServer();
        await using var server = await StartAsync(tokens);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var repository = client.Open(server.Host, "a/b", new FixedCredentials(server.Host, Me));
        var image = TestImage.Make();

        await image.PushAsync(repository, "t", Cancellation);
        Assert.Equal(image.Config, await repository.ReadBlobAsync(image.ConfigDescriptor, Cancellation));

        Assert.Equal(["GET repository:a/b:pull,push"], tokens.Requests);
    }

    [Fact]
    public async Task A_mount_asks_for_the_right_to_read_the_other_repository()
    {
        using var tokens = new TokenServer();
        await using var server = await StartAsync(tokens);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var credentials = new FixedCredentials(server.Host, Me);
        var image = TestImage.Make();
        await image.PushAsync(client.Open(server.Host, "from", credentials), "t", Cancellation);

        var result = await client.Open(server.Host, "to", credentials).PushBlobAsync(
            image.LayerDescriptor, _ => throw new InvalidOperationException("must not be read"), $"{server.Host}/from", cancellationToken: Cancellation);

        Assert.Equal(BlobPushResult.Mounted, result);
        Assert.Contains("GET repository:from:pull repository:to:pull,push", tokens.Requests);
    }

    [Fact]
    public async Task Anybody_may_pull_but_not_push_without_credentials()
    {
        using var tokens = new TokenServer();
        await using var server = await StartAsync(tokens);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var image = TestImage.Make();
        await image.PushAsync(client.Open(server.Host, "a", new FixedCredentials(server.Host, Me)), "t", Cancellation);
        var anonymous = client.Open(server.Host, "a", AnonymousCredentials.Instance);

        Assert.Equal(image.Digest, (await anonymous.ResolveAsync(ImageReference.Parse($"{server.Host}/a:t"), Cancellation)).Digest);
        var error = await Assert.ThrowsAsync<RegistryException>(() => TestImage.Make().PushAsync(anonymous, "u", Cancellation));
        Assert.Equal(RegistryErrorKind.Unauthorized, error.Kind);
        Assert.Contains($"`docker login {server.Host}`", error.Message);
    }

    [Fact]
    public async Task A_wrong_password_is_explained()
    {
        using var tokens = new TokenServer();
        await using var server = await StartAsync(tokens);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        var credentials = new FixedCredentials(server.Host, RegistryCredential.FromPassword("me", "hunter2"));
        var error = await Assert.ThrowsAsync<RegistryException>(() => TestImage.Make().PushAsync(client.Open(server.Host, "a", credentials), "t", Cancellation));
        Assert.Contains("does not accept the credentials", error.Message);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    [Fact]
    public async Task A_token_that_is_about_to_expire_is_replaced()
    {
        using var tokens = new TokenServer { Lifetime = 5 };
        await using var server = await StartAsync(tokens);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        await TestImage.Make().PushAsync(client.Open(server.Host, "a", new FixedCredentials(server.Host, Me)), "t", Cancellation);
        Assert.True(tokens.Requests.Count > 1);
    }

    [Fact]
    public async Task Logging_in_gives_an_identity_token_that_works_in_place_of_the_password()
    {
        using var tokens = new TokenServer();
        await using var server = await StartAsync(tokens);
        using var client = new RegistryClient(RegistryConfiguration.Default);

        var kept = await RegistryLogin.VerifyAsync(client, server.Host, Me, Cancellation);

        Assert.Equal(tokens.IdentityToken, kept.IdentityToken);
        Assert.Equal("", kept.Password);
        await TestImage.Make().PushAsync(client.Open(server.Host, "a", new FixedCredentials(server.Host, kept)), "t", Cancellation);
        Assert.Contains("POST repository:a:pull,push", tokens.Requests);
    }

    [Fact]
    public async Task Logging_in_with_a_wrong_password_fails()
    {
        using var tokens = new TokenServer();
        await using var withTokens = await StartAsync(tokens);
        await using var withPasswords = await RegistryServer.StartAsync(new RegistryServerOptions { Login = ("me", "right") }, Cancellation);
        using var client = new RegistryClient(RegistryConfiguration.Default);
        foreach (var host in new[] { withTokens.Host, withPasswords.Host })
        {
            var error = await Assert.ThrowsAsync<RegistryException>(
                () => RegistryLogin.VerifyAsync(client, host, RegistryCredential.FromPassword("me", "wrong"), Cancellation));
            Assert.Equal($"failed to log in to {host}: wrong user name or password", error.Message);
        }
        var right = RegistryCredential.FromPassword("me", "right");
        Assert.Equal(right, await RegistryLogin.VerifyAsync(client, withPasswords.Host, right, Cancellation));
    }

    private static Task<RegistryServer> StartAsync(TokenServer tokens) =>
        RegistryServer.StartAsync(new RegistryServerOptions { Token = tokens.Options }, Cancellation);
}
