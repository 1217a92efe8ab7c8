using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Devices as specifications of the Container Device Interface describe them.</summary>
public sealed class DeviceTests(BaseImageRegistry bases)
{
    [Fact]
    public async Task A_granted_device_brings_its_variables_nodes_and_mounts_and_leaves_nothing_in_the_image()
    {
        await using var place = await CreateAsync("--allow-insecure-entitlement=device");
        place.Write("Dockerfile", """
            FROM busybox:1.36 AS steps
            RUN --device=vendor.example/widget=first echo "$WIDGET $COMMON" >/seen && cat /opt/widget/driver >>/seen && echo x >/dev/widget0 && stat -c '%F %t,%T' /dev/widget0 >>/seen
            RUN ls -d /opt/widget /dev/widget0 2>/dev/null >/left; echo "[$WIDGET]" >>/left
            FROM scratch
            COPY --from=steps /seen /left /
            """);

        await place.BuildAsync("--allow", "device=vendor.example/widget=first", "-o", $"type=local,dest={place.Path}/out");

        Assert.Equal("one shared\nthe driver\ncharacter special file 1,3\n", Written(place, "seen"));
        Assert.Equal("[]\n", Written(place, "left"));
    }

    [Fact]
    public async Task A_device_has_to_be_granted_by_the_user_unless_its_specification_or_the_engine_lets_everybody_have_it()
    {
        await using var place = await CreateAsync("--allow-insecure-entitlement=device");
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN --device=vendor.example/widget true\n");
        var refused = await RefuseAsync(place);
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN --device=vendor.example/free=open test \"$FREE\" = yes\n");
        await place.BuildAsync();
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN --device=gadget,required test \"$WIDGET\" = two\n");
        await place.BuildAsync("--allow", "device=vendor.example/widget=second,alias=gadget");

        Assert.Contains("the device vendor.example/widget=first is not allowed: grant it with --allow device=vendor.example/widget=first", refused, StringComparison.Ordinal);
        Assert.Contains("Dockerfile:2", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_is_not_there_fails_only_the_step_that_requires_it()
    {
        await using var place = await CreateAsync("--allow-insecure-entitlement=device");
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN --device=vendor.example/widget=third,required true\n");
        var refused = await RefuseAsync(place, "--allow", "device");
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN --device=vendor.example/widget=third echo ran-without\n");
        var optional = await place.BuildAsync("--allow", "device");
        var workers = await place.BuildxAsync("inspect");

        Assert.Contains("there is no device vendor.example/widget=third: described are vendor.example/free=open, vendor.example/widget=first, vendor.example/widget=second", refused, StringComparison.Ordinal);
        Assert.Contains($"{place.Path}/cdi/broken.yaml:3:7: kind: \"nonsense\"", refused, StringComparison.Ordinal);
        Assert.Contains("ran-without", optional, StringComparison.Ordinal);
        Assert.Matches("Name: +vendor.example/free=open\n Automatically allowed: +true", workers);
    }

    [Fact]
    public async Task An_engine_gives_no_devices_unless_it_was_told_that_it_may()
    {
        await using var place = await CreateAsync("--cdi-disabled=false");
        place.Write("Dockerfile", "FROM busybox:1.36\nRUN --device=vendor.example/widget true\n");

        Assert.Contains("entitlement device is not allowed by this engine", await RefuseAsync(place, "--allow", "device"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_steps_of_an_ordinary_user_see_the_machine_s_own_node()
    {
        await using var user = await OrdinaryUser.CreateAsync(bases);
        user.Write("cdi/null.yaml", "cdiVersion: 0.6.0\nkind: vendor.example/null\ndevices:\n- name: one\n  containerEdits: {deviceNodes: [{path: /dev/widget, hostPath: /dev/null}], env: [W=x]}\n");
        user.Write("project/Dockerfile", "FROM busybox:1.36\nRUN --device=vendor.example/null,required echo $W >/dev/widget && stat -c '%F' /dev/widget >/seen\n");

        await user.RunAsync("""
            buildx create --name mine --use --buildkitd-config buildkitd.toml --buildkitd-flags "--allow-insecure-entitlement=device --cdi-spec-dir=$HOME/cdi"
            buildx build --allow device -o out project
            """);
        await user.RunAsync("buildx rm mine");

        Assert.Equal("character special file\n", await File.ReadAllTextAsync(user.Home + "/out/seen", TestContext.Current.CancellationToken));
    }

    private async Task<Workplace> CreateAsync(string flag)
    {
        var place = await Workplace.CreateAsync(bases);
        place.Write("../driver", "the driver\n");
        place.Write("../cdi/widget.yaml", $"""
            cdiVersion: "0.6.0"
            kind: vendor.example/widget
            containerEdits:
              env:
              - COMMON=shared
            devices:
            - name: first
              containerEdits:
                env: [WIDGET=one]
                deviceNodes:
                - path: /dev/widget0
                  hostPath: /dev/null
                mounts:
                - hostPath: {place.Path}/driver
                  containerPath: /opt/widget/driver
                  options: [ro, nosuid, bind]
            - name: second
              containerEdits:
                env: [WIDGET=two]
            """);
        place.Write("../cdi/free.json", """
            {
              "cdiVersion": "0.6.0", "kind": "vendor.example/free",
              "devices": [{"name": "open", "annotations": {"org.mobyproject.buildkit.device.autoallow": "true"}, "containerEdits": {"env": ["FREE=yes"]}}]
            }
            """);
        place.Write("../cdi/broken.yaml", "cdiVersion: 0.6.0\n\nkind: nonsense\ndevices: []\n");
        await place.BuildxAsync(
            "create", "--name", "devices", "--use", "--buildkitd-config", $"{place.Path}/buildkitd.toml", "--buildkitd-flags", $"{flag} --cdi-spec-dir={place.Path}/cdi");
        return place;
    }

    private static async Task<string> RefuseAsync(Workplace place, params string[] arguments)
    {
        var result = await place.Tool(Repository.Executable).ExecuteAsync(["build", "--progress=plain", .. arguments, place.Project]);
        Assert.NotEqual(0, result.ExitCode);
        return result.All;
    }

    private static string Written(Workplace place, string name) => File.ReadAllText(Path.Combine(place.Path, "out", name));
}
