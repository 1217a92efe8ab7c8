using System.Text.Json.Nodes;
using Buildx.Client;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Builders;

/// <summary><c>dial-stdio</c>: another client speaks to a builder through the command.</summary>
public sealed class DialStdioTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task Another_client_builds_through_it()
    {
        await using var place = await Workplace.CreateAsync(bases);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN echo through > /way\n");
        // Docker's Buildx knows no commands as endpoints: a socket on which each connection runs one is the way there.
        var socket = place.Path + "/through.sock";
        var command = new CommandConnector("the command", "env",
        [
            .. place.Environment.Where(variable => variable.Value is not null).Select(variable => $"{variable.Key}={variable.Value}"),
            Repository.Executable, "dial-stdio", "--builder", "test", "--progress", "plain",
        ]);
        await using var relay = SocketRelay.ToBuildkitOf(command, socket);
        var theirs = place.Tool(await Peers.GetBuildxAsync()) with
        {
            Environment = new Dictionary<string, string?>(place.Environment) { ["BUILDX_CONFIG"] = place.Path + "/theirs" },
        };

        await theirs.SucceedAsync("create", "--name", "through", "--driver", "remote", "unix://" + socket);
        await theirs.SucceedAsync("build", "--builder", "through", "-o", "out", ".");

        Assert.Equal("through\n", await File.ReadAllTextAsync(place.Project + "/out/way", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Docker_builder_becomes_another_name_and_everything_else_in_the_configuration_stays()
    {
        await using var place = await Workplace.CreateAsync(bases);
        var file = place.DockerConfig + "/config.json";
        await File.WriteAllTextAsync(file, """{"auths":{"a":{}},"aliases":{"x":"y"}}""", TestContext.Current.CancellationToken);

        await place.BuildxAsync("install");
        var installed = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        await place.BuildxAsync("uninstall");

        Assert.Equal("""{"auths":{"a":{}},"aliases":{"x":"y","builder":"buildx"}}""", installed!.ToJsonString());
        Assert.Equal("""{"auths":{"a":{}},"aliases":{"x":"y"}}""", JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!.ToJsonString());
    }
}
