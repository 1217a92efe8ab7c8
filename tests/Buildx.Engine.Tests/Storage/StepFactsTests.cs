using Buildx.Engine.Storage;
using Buildx.Oci;

namespace Buildx.Engine.Tests.Storage;

public sealed class StepFactsTests
{
    [Fact]
    public async Task The_newest_are_found_by_place_and_by_what_they_do()
    {
        await using var storage = await StorageFixture.CreateAsync();
        var facts = storage.Store.Facts;
        facts.Save(Key("1"), Keys("here", "run"), "before", [1]);
        facts.Save(Key("2"), Keys("here", "copy"), "before", [2]);
        facts.Save(Key("3"), Keys("there", "run"), "before", [3]);
        facts.Save(Key("4"), Keys("there", "copy"), "before", [4]);
        facts.Save(Key("5"), Keys("here", "run"), "now", [5]);

        Assert.Equal(["1", "2", "3"], facts.FindNear(Keys("here", "run"), "now").Select(near => near.Facts[0].ToString()).Order());
        await storage.ReopenAsync();
        Assert.Equal<byte>([4], storage.Store.Facts.Find(Key("4"))!);
        Assert.Null(storage.Store.Facts.Find(Key("6")));
    }

    [Fact]
    public async Task Among_many_of_a_place_those_are_found_that_do_the_same_are_built_on_the_same_or_are_called_the_same()
    {
        await using var storage = await StorageFixture.CreateAsync();
        var facts = storage.Store.Facts;
        for (var i = 0; i < 200; i++)
        {
            storage.Time.Advance(TimeSpan.FromSeconds(1));
            facts.Save(Key($"{i}"), new StepKeys(Key("here"), Key($"operation {i}"), $"base {i}", $"RUN {i}"), "before", [(byte)i]);
        }

        var near = facts.FindNear(new StepKeys(Key("here"), Key("operation 3"), "base 4", "RUN 5"), "now").Select(found => (int)found.Facts[0]).ToList();

        Assert.Equal([3, 4, 5], near[..3]);
        Assert.Equal(Enumerable.Range(184, 16), near[3..].Order());
    }

    [Fact]
    public async Task They_take_a_bounded_room_and_the_oldest_go_first()
    {
        await using var storage = await StorageFixture.CreateAsync();
        var facts = storage.Store.Facts;
        for (var i = 0; i < 20; i++)
        {
            storage.Time.Advance(TimeSpan.FromSeconds(1));
            facts.Save(Key($"{i}"), Keys("here", "run"), "before", new byte[2 << 20]);
            facts.SaveFiles(Key($"{i}"), new byte[4 << 20]);
        }

        Assert.Null(facts.Find(Key("0")));
        Assert.Null(facts.FindFiles(Key("0")));
        Assert.NotNull(facts.Find(Key("19")));
        Assert.NotNull(facts.FindFiles(Key("19")));
    }

    private static StepKeys Keys(string place, string operation) => new(Key(place), Key(operation), $"base of {operation}", operation);

    private static Digest Key(string name) => Digest.Sha256(System.Text.Encoding.UTF8.GetBytes(name));
}
