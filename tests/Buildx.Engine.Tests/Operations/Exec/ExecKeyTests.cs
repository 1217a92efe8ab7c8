using Buildx.Engine.Operations.Exec;
using Buildx.Protocol.Pb;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Engine.Tests.Operations.Exec;

/// <summary>What makes a command another one.</summary>
public sealed class ExecKeyTests
{
    [Fact]
    public void A_mount_of_another_part_of_an_input_is_another_step_unless_the_parts_have_the_same_content()
    {
        var (one, other) = (Create(op => op.Mounts[1].Selector = "/one"), Create(op => op.Mounts[1].Selector = "/other"));
        Assert.NotEqual(one.Key, other.Key);
        Assert.Equal(one.ContentKey, other.ContentKey);
    }

    [Fact]
    public void Only_a_mount_that_is_read_counts_by_content()
    {
        Assert.Equal((false, true), Dependence(_ => { }));
        Assert.Equal((false, false), Dependence(op => (op.Mounts[1].Readonly, op.Mounts[1].Output) = (false, 1)));
        Assert.Equal((false, false), Dependence(op => op.Mounts[1].ContentCache = MountContentCache.Off));
        Assert.Equal((false, false), Dependence(op => op.Mounts.Add(new Mount { Input = 1, Dest = "/cache", MountType = MountType.Cache, Output = -1 })));
    }

    [Fact]
    public void The_proxy_and_the_addresses_of_hosts_make_no_other_step() => Assert.Equal(Create(_ => { }).Key, Create(op =>
    {
        op.Meta.ProxyEnv = new ProxyEnv { HttpProxy = "http://proxy" };
        op.Meta.ExtraHosts[0].IP = "10.0.0.2";
    }).Key);

    [Theory]
    [InlineData("command")]
    [InlineData("environment")]
    [InlineData("directory")]
    [InlineData("user")]
    [InlineData("host")]
    [InlineData("target")]
    [InlineData("platform")]
    public void Everything_else_does(string part)
    {
        var other = Create(
            op =>
            {
                switch (part)
                {
                    case "command":
                        op.Meta.Args[0] = "touch";
                        break;
                    case "environment":
                        op.Meta.Env[0] = "A=2";
                        break;
                    case "directory":
                        op.Meta.Cwd = "/elsewhere";
                        break;
                    case "user":
                        op.Meta.User = "1000";
                        break;
                    case "host":
                        op.Meta.ExtraHosts[0].Host = "other";
                        break;
                    case "target":
                        op.Mounts[1].Dest = "/elsewhere";
                        break;
                }
            },
            part == "platform" ? "arm64" : "amd64");
        Assert.NotEqual(Create(_ => { }).Key, other.Key);
    }

    private static (bool Root, bool Mounted) Dependence(Action<ExecOp> change)
    {
        var operation = Create(change);
        return (operation.DependsOnContent(0), operation.DependsOnContent(1));
    }

    private static ExecOperation Create(Action<ExecOp> change, string architecture = "amd64")
    {
        var operation = new ExecOp
        {
            Meta = new Meta { Args = { "make" }, Env = { "A=1" }, Cwd = "/", ExtraHosts = { new HostIP { Host = "db", IP = "10.0.0.1" } } },
            Mounts =
            {
                new Mount { Input = 0, Dest = "/", Output = 0 },
                new Mount { Input = 1, Dest = "/in", Output = -1, Readonly = true },
            },
        };
        change(operation);
        // Keys need no surroundings.
        return new ExecOperation(operation, new Platform("linux", architecture), 1, null, null!);
    }
}
