using Buildx.Drivers.Store;
using Buildx.Oci;
using Buildx.TestSupport;

namespace Buildx.Drivers.Tests.Store;

public sealed class BuilderStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private BuilderStore Store => new(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_saved_is_found_again()
    {
        var builder = new BuilderRecord { Name = "one", Driver = "embedded" };
        builder.Apply(new NodeChange { Endpoint = "embedded://one", Platforms = [Platform.Parse("linux/arm/v7")], Flags = ["--debug"] }, append: false);
        using (var transaction = await Store.BeginAsync(TestContext.Current.CancellationToken))
            transaction.Save(builder);

        using var reading = await Store.BeginAsync(TestContext.Current.CancellationToken);
        var found = Assert.Single(reading.List());
        Assert.Equal("one0", found.AllNodes[0].Name);
        Assert.Equal("linux/arm/v7", found.AllNodes[0].Platforms![0].ToPlatform().ToString());
        Assert.Equal(["--debug"], found.AllNodes[0].BuildkitdFlags!);
        Assert.NotNull(found.LastActivity);
    }

    [Fact]
    public async Task Fields_of_a_newer_Buildx_survive_a_change_of_ours()
    {
        _directory.Write("instances/theirs", """
            {"Name":"theirs","Driver":"docker-container","Nodes":[{"Name":"theirs0","Endpoint":"unix:///var/run/docker.sock",
            "Platforms":[{"architecture":"arm","os":"linux","variant":"v7","os.features":["x"]}],"DriverOpts":{"image":"i"},"Flags":["--x"],
            "Files":{"buildkitd.toml":"ZGVidWcgPSB0cnVl"},"Future":{"a":[1]}}],"Dynamic":false,"Another":"kept"}
            """);
        using (var transaction = await Store.BeginAsync(TestContext.Current.CancellationToken))
            transaction.Save(transaction.Find("theirs")!);

        var json = await File.ReadAllTextAsync(Path.Combine(_directory.Path, "instances/theirs"), TestContext.Current.CancellationToken);
        Assert.Contains("\"Future\":{\"a\":[1]}", json, StringComparison.Ordinal);
        Assert.Contains("\"Another\":\"kept\"", json, StringComparison.Ordinal);
        Assert.Contains("\"os.features\":[\"x\"]", json, StringComparison.Ordinal);
        Assert.Contains("\"buildkitd.toml\":\"ZGVidWcgPSB0cnVl\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_holds_for_its_endpoint_only_unless_it_is_global()
    {
        using var transaction = await Store.BeginAsync(TestContext.Current.CancellationToken);
        transaction.Save(new BuilderRecord { Name = "one", Driver = "embedded" });
        transaction.SetCurrent("endpoint-a", "one", global: false, isDefault: false);
        Assert.Equal("one", transaction.GetCurrent("endpoint-a")?.Name);
        Assert.Null(transaction.GetCurrent("endpoint-b"));

        transaction.SetCurrent("endpoint-a", "one", global: true, isDefault: false);
        Assert.Equal("one", transaction.GetCurrent("endpoint-b")?.Name);
    }

    [Fact]
    public async Task A_default_comes_back_after_another_endpoint_was_used()
    {
        using var transaction = await Store.BeginAsync(TestContext.Current.CancellationToken);
        transaction.Save(new BuilderRecord { Name = "one", Driver = "embedded" });
        transaction.SetCurrent("endpoint-a", "one", global: false, isDefault: true);
        Assert.Null(transaction.GetCurrent("endpoint-b"));
        Assert.Equal("one", transaction.GetCurrent("endpoint-a")?.Name);
    }

    [Fact]
    public async Task A_second_transaction_waits_for_the_first()
    {
        var first = await Store.BeginAsync(TestContext.Current.CancellationToken);
        var second = Store.BeginAsync(TestContext.Current.CancellationToken);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task A_removed_builder_leaves_nothing()
    {
        using var transaction = await Store.BeginAsync(TestContext.Current.CancellationToken);
        transaction.Save(new BuilderRecord { Name = "one", Driver = "embedded" });
        transaction.Remove("one");
        Assert.Null(transaction.Find("one"));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_directory.Path, "activity")));
    }

    [Fact]
    public void The_machine_keeps_its_identity()
    {
        var id = Store.GetNodeId();
        Assert.Equal(16, id.Length);
        Assert.Equal(id, Store.GetNodeId());
    }

    [Theory]
    [InlineData("1abc")]
    [InlineData("")]
    [InlineData("a/b")]
    public void A_bad_name_is_refused(string name) => Assert.Contains("invalid builder name", Assert.Throws<DriverException>(() => BuilderName.Validate(name)).Message, StringComparison.Ordinal);
}
