using System.Text.Json;
using Buildx.Engine.Execution.Binfmt;

namespace Buildx.Engine.Tests.Execution;

public sealed class HostBinfmtTests
{
    [Fact]
    public void The_status_is_the_json_that_the_binfmt_image_prints()
    {
        using var json = JsonDocument.Parse(HostBinfmt.Show().ToJson());

        Assert.Equal("linux/amd64", json.RootElement.GetProperty("supported")[0].GetString());
        Assert.Equal(JsonValueKind.Array, json.RootElement.GetProperty("emulators").ValueKind);
    }

    [Theory]
    [InlineData("vax", "unknown architecture \"vax\"")]
    [InlineData("amd64", "this machine's own architecture")]
    public void What_can_not_be_installed_is_refused_before_anything_changes(string wanted, string message)
    {
        var exception = Assert.Throws<BinfmtException>(() => HostBinfmt.Install(wanted));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }
}
