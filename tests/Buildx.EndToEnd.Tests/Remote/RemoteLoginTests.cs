using System.Text;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Registries that want to know who one is, which the real <c>docker buildx</c> knows and the engine does not.</summary>
[Collection(RemoteCollection.Name)]
public sealed class RemoteLoginTests(RemoteBuilder remote)
{
    [Theory, MemberData(nameof(RemoteBuilder.Builders), MemberType = typeof(RemoteBuilder))]
    public async Task The_client_gets_tokens_itself_and_keeps_the_password_unless_it_is_told_to_share_it(string builder)
    {
        using var tokens = new TokenServer();
        await using var registry = await RegistryServer.StartAsync(new RegistryServerOptions { Token = tokens.Options }, TestContext.Current.CancellationToken);
        await using var buildx = await remote.BuildxAsync(builder);
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{TokenServer.UserName}:{TokenServer.Password}"));
        buildx.Write("../docker/config.json", $$"""{"auths":{"{{registry.Host}}":{"auth":"{{login}}"} } }""");
        buildx.Write("Dockerfile", $"FROM busybox:1.36\nRUN echo {builder} > /made\n");

        var own = await buildx.BuildAsync(builder, "--provenance=false", "-t", registry.Host + "/app:own", "--push");
        buildx.Write("again.Dockerfile", $"FROM {registry.Host}/app:own\nRUN cat /made\n");
        await buildx.BuildAsync(builder, "-f", "again.Dockerfile", "--pull", "--no-cache");
        buildx.Environment["BUILDKIT_NO_CLIENT_TOKEN"] = "1";
        var shared = await buildx.BuildAsync(builder, "--provenance=false", "-t", registry.Host + "/app:shared", "--push");
        buildx.Environment["BUILDKIT_NO_CLIENT_TOKEN"] = null;
        buildx.Write("../docker/config.json", "{}");
        var refused = await buildx.FailAsync("build", "--builder", builder, "-t", registry.Host + "/app:nobody", "--push", ".");

        Assert.Contains($"[auth] app:pull,push token for {registry.Host}", own, StringComparison.Ordinal);
        Assert.DoesNotContain("sharing credentials", own, StringComparison.Ordinal);
        Assert.Contains($"[auth] sharing credentials for {registry.Host}", shared, StringComparison.Ordinal);
        Assert.Contains("Log in with", refused.All, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenServer.Password, own + shared + refused.All + remote.Daemon.Log, StringComparison.Ordinal);
    }
}
