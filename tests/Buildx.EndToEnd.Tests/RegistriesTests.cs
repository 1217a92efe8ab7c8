using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

public sealed class RegistriesTests(BaseImageRegistry bases)
{
    private const string Dockerfile = "FROM busybox:1.36\nRUN echo built > /built\n";

    [Fact]
    public async Task A_registry_with_a_private_authority_takes_the_image_once_its_certificate_is_named()
    {
        await using var registry = await RegistryServer.StartAsync(new RegistryServerOptions { Tls = true });
        await using var place = await Workplace.CreateAsync(bases, $"""
            [registry."{registry.RemoteLookingHost}"]
              ca = ["{registry.CertificateAuthorityFile}"]
            """);
        place.Write("Dockerfile", Dockerfile);
        await place.BuildAsync("-t", $"{registry.RemoteLookingHost}/app:v1", "--push");
        var certificates = Directory.CreateDirectory(place.Path + "/certificates").FullName;
        File.Copy(registry.CertificateAuthorityFile!, certificates + "/ca.crt");
        await Tool.RunAsync("skopeo", "inspect", "--cert-dir", certificates, $"docker://{registry.Host}/app:v1");
    }

    [Fact]
    public async Task The_base_image_comes_from_the_mirror()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", Dockerfile);
        await place.BuildAsync("-o", $"type=local,dest={place.Path}/files");
        Assert.Equal("built\n", await File.ReadAllTextAsync(place.Path + "/files/built", TestContext.Current.CancellationToken));
        Assert.Contains("/v2/library/busybox/manifests/1.36", bases.Server.Log);
    }

    [Fact]
    public async Task What_a_mirror_lacks_comes_from_the_registry_itself()
    {
        await using var empty = await RegistryServer.StartAsync();
        await using var registry = await RegistryServer.StartAsync();
        await Tool.RunAsync(
            "skopeo", "copy", "--all", "--src-tls-verify=false", "--dest-tls-verify=false", $"docker://{bases.Server.Host}/library/busybox:1.36", $"docker://{registry.Host}/base:v1");
        await using var place = await Workplace.CreateAsync(bases, $"""
            [registry."{registry.Host}"]
              http = true
              mirrors = ["{empty.Host}"]
            [registry."{empty.Host}"]
              http = true
            """);
        place.Write("Dockerfile", $"FROM {registry.Host}/base:v1\nRUN echo built > /built\n");
        await place.BuildAsync("-o", $"type=local,dest={place.Path}/files");
        Assert.Equal("built\n", await File.ReadAllTextAsync(place.Path + "/files/built", TestContext.Current.CancellationToken));
        Assert.Contains("/v2/base/manifests/v1", empty.Log);
    }

    [Fact]
    public async Task An_archive_is_read_by_skopeo_and_its_image_runs_in_podman()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", Dockerfile);
        await place.BuildAsync("-t", "app:v1", "-o", $"type=oci,dest={place.Path}/app.tar");
        await Tool.RunAsync("skopeo", "copy", $"oci-archive:{place.Path}/app.tar", $"dir:{place.Path}/copied");
        string[] store = ["--root", place.Path + "/podman", "--runroot", place.Path + "/podman-run", "--storage-driver=vfs", "--cgroup-manager=cgroupfs"];
        await Tool.RunAsync("podman", [.. store, "load", "--input", place.Path + "/app.tar"]);
        // Podman's default limits are above what a machine may allow, and its crun refuses some arrangements of cgroups.
        var output = await Tool.RunAsync(
            "podman",
            [.. store, "run", "--rm", "--network=host", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024", "--runtime=runc", "docker.io/library/app:v1", "cat", "/built"]);
        Assert.Equal("built", output.Trim());
    }

    [Fact]
    public async Task Docker_loads_what_was_built_and_finds_it_under_its_name()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", Dockerfile);
        await place.BuildAsync("-t", "app:v1", "-o", $"type=docker,dest={place.Path}/app.tar");
        await using var engine = await DockerDaemon.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        place.Environment["DOCKER_HOST"] = engine.Host;
        var docker = await place.DockerAsync();
        var loaded = await docker.SucceedAsync("load", "--input", place.Path + "/app.tar");
        Assert.Contains("app:v1", loaded.Output);
        var output = await docker.SucceedAsync("run", "--rm", "--network=host", "app:v1", "cat", "/built");
        Assert.Equal("built", output.Output.Trim());
    }
}
