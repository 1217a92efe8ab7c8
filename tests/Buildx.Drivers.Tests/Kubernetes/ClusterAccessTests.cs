using Buildx.Drivers.Kubernetes.Access;
using Buildx.TestSupport;

namespace Buildx.Drivers.Tests.Kubernetes;

public sealed class ClusterAccessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_first_of_several_files_wins_and_names_may_be_in_another()
    {
        _directory.Write("one", """
            current-context: work
            contexts: [{name: work, context: {cluster: big, user: me, namespace: builds}}]
            users: [{name: me, user: {token: first}}]
            """);
        _directory.Write("two", """
            current-context: play
            clusters: [{name: big, cluster: {server: "https://big.example.com:6443/k8s/c-1", tls-server-name: inner, proxy-url: "http://proxy.example.com:3128"}}]
            users: [{name: me, user: {token: second}}]
            """);

        var access = ClusterAccess.Load($"{_directory.Path}/one:{_directory.Path}/absent:{_directory.Path}/two");

        Assert.Equal(("https://big.example.com:6443/k8s/c-1", "builds", "first"), (access.Server.AbsoluteUri, access.Namespace, access.User.Token));
        Assert.Equal(("inner", "http://proxy.example.com:3128/"), (access.ServerName, access.Proxy?.AbsoluteUri));
        Assert.False(access.SkipsVerification);
    }

    [Fact]
    public void Files_are_named_from_the_directory_of_the_one_that_names_them()
    {
        TestCertificates.Write(_directory.Path);
        _directory.Write("config", $"""
            current-context: a
            contexts: [{"{"}name: a, context: {"{"}cluster: a, user: a{"}"}{"}"}]
            clusters: [{"{"}name: a, cluster: {"{"}server: "https://127.0.0.1", certificate-authority: {TestCertificates.AuthorityFile}{"}"}{"}"}]
            users: [{"{"}name: a, user: {"{"}client-certificate: {TestCertificates.ClientCertificateFile}, client-key: {TestCertificates.ClientKeyFile}, tokenFile: token{"}"}{"}"}]
            """);

        var access = ClusterAccess.Load(_directory.Path + "/config");

        Assert.Single(access.Authorities!);
        Assert.True(access.User.Certificate!.HasPrivateKey);
        Assert.Equal(_directory.Path + "/token", access.User.TokenFile);
        Assert.Equal("default", access.Namespace);
    }

    [Fact]
    public void A_pod_finds_its_own_cluster()
    {
        TestCertificates.Write(_directory.Path);
        Assert.Null(InCluster.Find("fd00::1", "443", _directory.Path));
        _directory.Write("token", "t\n");
        _directory.Write("namespace", "builds\n");
        File.Copy(Path.Combine(_directory.Path, TestCertificates.AuthorityFile), _directory.Path + "/ca.crt");

        var access = InCluster.Find("fd00::1", "443", _directory.Path)!;

        Assert.Equal(("https://[fd00::1]/", "builds", _directory.Path + "/token"), (access.Server.AbsoluteUri, access.Namespace, access.User.TokenFile));
        Assert.Single(access.Authorities!);
        Assert.Null(InCluster.Find(null, null, _directory.Path));
    }

    [Theory]
    [InlineData("current-context: a", "has no context \"a\"")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {user: u}}]", "names no cluster")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: gopher}}]", "server must be a URL")]
    [InlineData("current-context: a\ncontexts: {name: a}", "2:11: contexts: want a list")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://c'}}]\nusers: [{name: u, user: {auth-provider: {name: gcp}}}]", "auth-provider \"gcp\"")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://c'}}]\nusers: [{name: u, user: {client-key-data: secret!, client-certificate-data: secret!}}]", "want base64")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://c'}}]\nusers: [{name: u, user: {exec: {command: x}}}]", "exec.apiVersion must be")]
    public void What_is_wrong_in_a_configuration_is_said_without_secrets(string text, string problem)
    {
        _directory.Write("config", text);

        var failure = Assert.Throws<DriverException>(() => ClusterAccess.Load(_directory.Path + "/config"));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret!", failure.Message, StringComparison.Ordinal);
    }
}
